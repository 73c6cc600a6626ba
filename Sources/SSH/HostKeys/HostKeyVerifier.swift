import FileModel
import Transport

/// Decides whether a server's key is accepted. Reads known_hosts files when it is made; blocks.
struct HostKeyVerifier: Sendable {
    private let endpoint: Endpoint
    private let policy: HostKeyPolicy
    /// Under which name known_hosts has the server: its address, or HostKeyAlias of ssh_config(5).
    let name: Endpoint
    private let known: KnownHosts
    /// The types of the keys that are known of this server, best first.
    let knownTypes: [String]
    /// Gets the key instead of a verdict being passed; the session ends there, before any login.
    var inspect: (@Sendable (HostKey) -> Void)?

    /// - Throws: `.configuration` when a known_hosts file exists and cannot be read.
    init(_ policy: HostKeyPolicy, endpoint: Endpoint, alias: String? = nil) throws(StorageError) {
        self.policy = policy
        self.endpoint = endpoint
        // An alias stands for name and port together.
        name = alias.map { Endpoint(host: $0, port: 22) } ?? endpoint
        var known = KnownHosts()
        for file in policy.files {
            if let text = try KnownHostsFile(file).text() { known.read(text, file: file) }
        }
        self.known = known
        knownTypes = known.keyTypes(host: name.host, port: name.port, matching: HashedHostNames().matches)
    }

    /// - Throws: `.hostKeyRejected`; `.configuration` when a key is to be remembered and cannot be.
    func verify(_ key: HostKey) throws(StorageError) {
        if let inspect {
            inspect(key)
            throw StorageError(.cancelled, "only the host key of \(endpoint) was wanted")
        }
        if accepts(key) { return }
        if case .pin = policy {
            throw rejected("\(endpoint) shows the host key \(describe(key)), which is not among pin_sha256")
        }
        try check(key)
    }

    /// What the known_hosts files say of a key.
    func standing(of key: HostKey) -> HostKeyStanding {
        known.verdict(on: key, host: name.host, port: name.port, matching: HashedHostNames().matches)
    }

    /// Whether a key would be accepted as it is, without being remembered first.
    func accepts(_ key: HostKey) -> Bool {
        switch policy {
        case .any: true
        case .pin(let pins): pins.contains { $0.sha256 == key.sha256 }
        case .knownHosts, .trustOnFirstUse: standing(of: key) == .trusted
        }
    }

    private func check(_ key: HostKey) throws(StorageError) {
        switch standing(of: key) {
        case .trusted: return
        case .unknown:
            guard case .trustOnFirstUse(let files) = policy, let file = files.first else { throw unknown(key) }
            try KnownHostsFile(file).add(key, name)
        case .revoked(let location):
            throw rejected("the host key of \(endpoint) (\(describe(key))) is revoked at \(location)")
        case .changed(let old):
            throw rejected(
                "the host key of \(endpoint) has changed to \(describe(key)); \(describe(old)) is known "
                    + "(\(old.location)): if this was intended, remove that line, otherwise somebody else may be "
                    + "answering")
        case .otherType(let other):
            throw rejected(
                "\(endpoint) shows the host key \(describe(key)), but only a key of type \(other.type) is known "
                    + "(\(other.location)): compare it with the server's own and add it, for example with \(scan(key))")
        }
    }

    private func unknown(_ key: HostKey) -> StorageError {
        if let location = known.authority(host: name.host, port: name.port, matching: HashedHostNames().matches) {
            return rejected(
                "the host key of \(endpoint) (\(describe(key))) is not known itself; the certificate authority at "
                    + "\(location) may vouch for it, which libssh2 cannot check: use transport = \"openssh\", or add "
                    + "the key, for example with \(scan(key))")
        }
        return rejected(
            "the host key of \(endpoint) is not known: compare \(describe(key)) with the server's own and add it, "
                + "for example with \(scan(key))")
    }

    /// A command that adds the key. One for the alias would have to be edited, so none is given then.
    private func scan(_ key: HostKey) -> String {
        let file = policy.files.first ?? "known_hosts"
        guard name == endpoint else { return "a line '\(name.host) \(key.type) …' in \(file)" }
        let type = key.type.hasPrefix("ecdsa") ? "ecdsa" : String(key.type.drop { $0 != "-" }.dropFirst())
        let port = endpoint.port == 22 ? "" : " -p \(endpoint.port)"
        return "'ssh-keyscan -t \(type)\(port) \(endpoint.host) >> \(file)'"
    }

    private func describe(_ key: HostKey) -> String { "\(key.type) \(key.fingerprint)" }

    private func describe(_ key: KnownHostKey) -> String { "\(key.type) \(key.fingerprint ?? "(unreadable)")" }

    private func rejected(_ message: String) -> StorageError { StorageError(.hostKeyRejected, message) }
}
