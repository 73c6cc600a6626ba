import Definitions
import FileModel
import Glibc
import SSH
import Transport

extension SSHSettings {
    init(_ remote: RemoteDefinition) async throws(StorageError) {
        self.init(
            endpoint: Endpoint(host: remote.host, port: remote.port), credentials: try await SSHCredentials(remote))
        hostKeys = try SSH.HostKeyPolicy(remote.ssh)
        dial = try await DialOptions(remote)
        handshakeTimeout = max(remote.connectTimeout, remote.timeout)
        loginTimeout = remote.timeout * 3
        compression = remote.ssh.compression
        log = WireLog(remote, secrets: [credentials.password, credentials.passphrase, dial.proxy?.password])
    }
}

extension SSHCredentials {
    fileprivate init(_ remote: RemoteDefinition) async throws(StorageError) {
        let user = if let user = remote.user { user } else { try Self.ownName() }
        self.init(
            user: user, password: try await remote.auth.password.fetched(host: remote.host, user: user),
            identityFiles: remote.auth.identityFiles)
        let wanted = remote.auth.methods.compactMap { SSHLoginMethod(rawValue: $0.rawValue) }
        if !wanted.isEmpty { methods = wanted }
        passphrase = try await remote.auth.passphrase.fetched(host: remote.host, user: user)
    }

    /// The name of who runs the program, as ssh(1) takes it.
    private static func ownName() throws(StorageError) -> String {
        guard let entry = getpwuid(geteuid()), let name = entry.pointee.pw_name else {
            throw StorageError(.configuration, "there is no user name: put one into the URL or set user in [remote]")
        }
        return String(cString: name)
    }
}

extension SSH.HostKeyPolicy {
    fileprivate init(_ definition: SSHDefinition) throws(StorageError) {
        switch definition.hostKey {
        case .knownHosts: self = .knownHosts(files: definition.knownHosts)
        case .tofu: self = .trustOnFirstUse(files: definition.knownHosts)
        case .any: self = .any
        case .pin:
            self = .pin(
                try definition.pins.map { text throws(StorageError) in
                    guard let pin = HostKeyPin(text) else {
                        throw StorageError(.configuration, "'\(text)' is not a fingerprint such as SHA256:…")
                    }
                    return pin
                })
        }
    }
}

extension OpenSSHSettings {
    init(_ remote: RemoteDefinition) async throws(StorageError) {
        self.init(host: remote.host, port: remote.port == 22 ? nil : remote.port, user: remote.user)
        identityFiles = remote.auth.identityFiles
        dial = try await DialOptions(remote)
        timeout = remote.timeout
        compression = remote.ssh.compression
        switch remote.ssh.hostKey {
        case .knownHosts: break
        case .tofu: hostKeyCheck = .trustOnFirstUse
        case .any: hostKeyCheck = .any
        case .pin:
            throw StorageError(
                .configuration, "transport = \"openssh\" cannot pin host keys: use known_hosts, or libssh2")
        }
        knownHostsFiles = remote.ssh.knownHosts
    }
}
