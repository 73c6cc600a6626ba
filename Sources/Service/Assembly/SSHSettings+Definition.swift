import Definitions
import FileModel
import SSH
import Transport

extension SSHSettings {
    /// What the definition says; where it says nothing, ssh_config(5).
    init(_ remote: RemoteDefinition) async throws(StorageError) {
        let found = try await SSHConfiguration.of(
            host: remote.host, port: remote.port == 22 ? nil : remote.port, user: remote.user, files: remote.ssh.config)
        self.init(endpoint: found.endpoint, credentials: try await SSHCredentials(remote, found))
        hostKeys = try SSH.HostKeyPolicy(remote.ssh, found)
        hostKeyAlias = found.hostKeyAlias
        dial = try await DialOptions(remote)
        handshakeTimeout = max(remote.connectTimeout, remote.timeout)
        loginTimeout = remote.timeout * 3
        compression = remote.ssh.compression
        log = WireLog(remote, secrets: [credentials.password, credentials.passphrase, dial.proxy?.password])
    }
}

extension SSHCredentials {
    fileprivate init(_ remote: RemoteDefinition, _ found: SSHConfiguration) async throws(StorageError) {
        let given = remote.auth.identityFiles
        self.init(
            user: found.user, password: try await remote.auth.password.fetched(host: remote.host, user: found.user),
            identityFiles: given.isEmpty ? found.identityFiles : given)
        identitiesOnly = !given.isEmpty || found.identitiesOnly
        agentSocket = found.agentSocket
        let wanted = remote.auth.methods.compactMap { SSHLoginMethod(rawValue: $0.rawValue) }
        if !wanted.isEmpty { methods = wanted }
        passphrase = try await remote.auth.passphrase.fetched(host: remote.host, user: found.user)
    }
}

extension SSH.HostKeyPolicy {
    fileprivate init(_ definition: SSHDefinition, _ found: SSHConfiguration) throws(StorageError) {
        let files = definition.givenKnownHosts ?? found.knownHostsFiles ?? definition.knownHosts
        switch definition.hostKey {
        case .knownHosts: self = .knownHosts(files: files)
        case .tofu: self = .trustOnFirstUse(files: files)
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
        // What ssh_config says holds where the definition says nothing.
        knownHostsFiles = remote.ssh.givenKnownHosts ?? []
        configFile = try remote.ssh.givenConfig.map { files throws(StorageError) in
            guard files.count < 2 else {
                throw StorageError(
                    .configuration, "transport = \"openssh\" reads one file of ssh.config: put Include lines into it")
            }
            return files.first ?? "none"
        }
    }
}

extension SSHDefinition {
    /// nil: as by default.
    fileprivate var givenKnownHosts: [String]? {
        knownHosts == SSH.HostKeyPolicy.defaultFiles.map(LocalPath.expandingTilde) ? nil : knownHosts
    }

    /// nil: as by default.
    fileprivate var givenConfig: [String]? {
        config == SSHConfiguration.defaultFiles.map(LocalPath.expandingTilde) ? nil : config
    }
}
