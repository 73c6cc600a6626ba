public import FileModel
public import NIOCore
import Synchronization
public import Transport

/// A server's host key and what is known of it, found out without a login.
public struct HostKeyInspection: Sendable {
    public let endpoint: Endpoint
    /// The key that the server shows now.
    public let key: HostKey
    /// What the known_hosts files say of it; `.unknown` where the policy asks none.
    public let standing: HostKeyStanding
    /// Whether a connection would be made as things are.
    public let isAccepted: Bool
    /// Where `trust()` writes: the policy's first known_hosts file, or the user's own.
    public let file: String
    /// The server in known_hosts.
    private let name: Endpoint

    /// Connects, exchanges keys and hangs up.
    ///
    /// - Throws: what `Dialer` throws, `.timedOut`, and what keeps an SSH session from being set up.
    public static func of(
        _ settings: SSHSettings, on loop: any EventLoop
    ) async throws(StorageError) -> HostKeyInspection {
        var verifier = try await HostKeyVerifier.make(settings)
        let shown = Box()
        verifier.inspect = { key in shown.key.withLock { $0 = key } }
        do throws(StorageError) {
            let stream = try await SubsystemStream.ssh(settings, verifier: verifier, on: loop)
            stream.channel.close(promise: nil)
        } catch {
            guard error.code == .cancelled, let key = shown.key.withLock({ $0 }) else { throw error }
            return HostKeyInspection(settings, key, verifier)
        }
        throw StorageError(.protocolViolation, "\(settings.endpoint) showed no host key")
    }

    private init(_ settings: SSHSettings, _ key: HostKey, _ verifier: HostKeyVerifier) {
        endpoint = settings.endpoint
        self.key = key
        standing = verifier.standing(of: key)
        isAccepted = verifier.accepts(key)
        file = settings.hostKeys.files.first ?? HostKeyPolicy.defaultFiles[0]
        name = verifier.name
    }

    /// Adds the key to `file`, in place of the server's old keys of the same type there.
    ///
    /// - Throws: `.hostKeyRejected` when the key is revoked; `.configuration` when the file cannot be written, or the
    ///   old key stands in another one or in a line for several servers.
    public func trust() async throws(StorageError) {
        if case .revoked(let location) = standing {
            throw StorageError(.hostKeyRejected, "the host key of \(endpoint) is revoked at \(location)")
        }
        try await SSHThreads.run {
            if case .changed(let old) = standing { try KnownHostsFile(file).remove(old, of: name) }
            try KnownHostsFile(file).add(key, name)
        }
    }

    private final class Box: Sendable {
        let key = Mutex<HostKey?>(nil)
    }
}

extension HostKeyVerifier {
    /// Reads the files on a thread that may block.
    static func make(_ settings: SSHSettings) async throws(StorageError) -> HostKeyVerifier {
        try await SSHThreads.run {
            try HostKeyVerifier(settings.hostKeys, endpoint: settings.endpoint, alias: settings.hostKeyAlias)
        }
    }
}
