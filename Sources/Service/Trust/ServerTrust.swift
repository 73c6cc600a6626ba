import Definitions
import FTP
import FileModel
import Remotes
import Synchronization
import TLS

/// What the state folder remembers of one FTP server's protection, for all accounts: whether it offers TLS, and the
/// certificate that the user accepted.
final class ServerTrust: TLSHistory {
    let server: String
    let command: String
    private let identity: String
    private let profiles: ServerProfiles
    private let warn: @Sendable (String) -> Void
    private let state = Mutex(State())

    private struct State {
        var accepted: AcceptedCertificate?
        /// The offer is in the file; it need not be told again.
        var isOfferKnown = false
    }

    init(_ remote: RemoteDefinition, _ profiles: ServerProfiles, warn: @escaping @Sendable (String) -> Void) {
        server = remote.address
        identity = remote.serverIdentity
        command = remote.trustCommand
        self.profiles = profiles
        self.warn = warn
    }

    // MARK: Certificates

    /// Reads what was accepted, also by another process in the meantime; before each connection.
    func refresh() async throws(StorageError) {
        let accepted = try profiles.profile(of: identity).certificate
        state.withLock { $0.accepted = accepted }
    }

    /// Decides in mid-handshake by what `refresh` read.
    var firstUse: TLSTrust {
        .decided { [self] certificate, problem in
            let accepted = state.withLock { $0.accepted }
            return FirstUse(server: server, command: command, accepted: accepted).decide(certificate, problem)
        }
    }

    // MARK: Offers

    func offeredBefore() async throws(StorageError) -> Bool {
        try profiles.profile(of: identity).offersTLS ?? false
    }

    func offered() async throws(StorageError) {
        guard state.withLock({ !$0.isOfferKnown }) else { return }
        try profiles.update(identity) { profile in
            profile.offersTLS = true
            profile.toldOfClearText = nil
        }
        state.withLock { $0.isOfferKnown = true }
    }

    /// Warns the first time; told once, a user need not read it every night.
    func goesOnInClear() async throws(StorageError) {
        guard try profiles.profile(of: identity).toldOfClearText != true else { return }
        try profiles.update(identity) { $0.toldOfClearText = true }
        warn(
            "\(server) does not offer TLS: the password and all files go over the line in clear "
                + "(tls.mode = \"explicit\" refuses that; this is said once)")
    }

    var remedy: String { "forget its offer with: \(command) --forget" }
}

extension RemoteDefinition {
    /// The FTP server without an account: certificates are those of a host and port.
    var serverIdentity: String { "\(family.rawValue)://\(address)" }

    /// `ftp.example.com:21`, `[::1]:21`.
    var address: String { "\(host.contains(":") ? "[\(host)]" : host.lowercased()):\(port)" }

    /// What the user runs to accept what the server shows.
    var trustCommand: String { "syncctl trust \(name ?? "\(scheme.rawValue)://\(address)")" }
}
