import FileModel
import Transport

/// Decides whether a server's key is accepted. Reads known_hosts files when it is made; blocks.
struct HostKeyVerifier: Sendable {
    private let endpoint: Endpoint
    private let policy: HostKeyPolicy
    private let known: KnownHosts
    /// The types of the keys that are known of this server, best first.
    let knownTypes: [String]

    /// - Throws: `.configuration` when a known_hosts file exists and cannot be read.
    init(_ policy: HostKeyPolicy, endpoint: Endpoint) throws(StorageError) {
        self.policy = policy
        self.endpoint = endpoint
        var known = KnownHosts()
        for file in policy.files {
            if let text = try KnownHostsFile(file).text() { known.read(text, file: file) }
        }
        self.known = known
        knownTypes = known.keyTypes(host: endpoint.host, port: endpoint.port, matching: HashedHostNames().matches)
    }

    /// - Throws: `.hostKeyRejected`.
    func verify(_ key: HostKey) throws(StorageError) {
        switch policy {
        case .any: return
        case .pin(let pins):
            guard pins.contains(where: { $0.sha256 == key.sha256 }) else {
                throw rejected("\(endpoint) shows the host key \(describe(key)), which is not among pin_sha256")
            }
        case .knownHosts(let files): try check(key, adding: nil, files)
        case .trustOnFirstUse(let files): try check(key, adding: files.first, files)
        }
    }

    private func check(_ key: HostKey, adding file: String?, _ files: [String]) throws(StorageError) {
        let verdict = known.verdict(
            on: key, host: endpoint.host, port: endpoint.port, matching: HashedHostNames().matches)
        switch verdict {
        case .trusted: return
        case .unknown:
            guard let file else { throw unknown(key, files) }
            try KnownHostsFile(file).add(key, endpoint)
        case .revoked(let location):
            throw rejected("the host key of \(endpoint) (\(describe(key))) is revoked at \(location)")
        case .changed(let location):
            throw rejected(
                "the host key of \(endpoint) has changed to \(describe(key)): if this was intended, remove the old key "
                    + "at \(location), otherwise somebody else may be answering")
        case .otherType(let type, let location):
            throw rejected(
                "\(endpoint) shows the host key \(describe(key)), but only a key of type \(type) is known "
                    + "(\(location)): compare it with the server's own and add it, for example with \(scan(key, files))"
            )
        }
    }

    private func unknown(_ key: HostKey, _ files: [String]) -> StorageError {
        rejected(
            "the host key of \(endpoint) is not known: compare \(describe(key)) with the server's own and add it, "
                + "for example with \(scan(key, files))")
    }

    private func scan(_ key: HostKey, _ files: [String]) -> String {
        let type = key.type.hasPrefix("ecdsa") ? "ecdsa" : String(key.type.drop { $0 != "-" }.dropFirst())
        let port = endpoint.port == 22 ? "" : " -p \(endpoint.port)"
        return "'ssh-keyscan -t \(type)\(port) \(endpoint.host) >> \(files.first ?? "known_hosts")'"
    }

    private func describe(_ key: HostKey) -> String { "\(key.type) \(key.fingerprint)" }

    private func rejected(_ message: String) -> StorageError { StorageError(.hostKeyRejected, message) }
}
