import ConnectionPool
import FileModel
import Remotes
import SFTP
import SSH
import TestServers
import Testing
import Transport

extension ServedRemote {
    /// `transport = "command"`: OpenSSH's sftp-server as a child process.
    @Sendable static func sftpServerProgram() async throws -> ServedRemote {
        let folder = try TemporaryFolder()
        let remote = SFTPRemote(
            identity: "sftp://program", root: .absolute(try RemotePath(folder.path)),
            pool: PoolConfiguration(name: "sftp-server", maximumConnections: 4)
        ) { () throws(StorageError) in
            try await SFTPConnection.connect(
                over: try await .running(
                    ["/usr/lib/openssh/sftp-server"], peer: "sftp-server", on: EventLoops.next()))
        }
        return ServedRemote(remote: remote, folder: folder)
    }

    /// `transport = "libssh2"`, with a key.
    @Sendable static func libSSH2() async throws -> ServedRemote { try await sftp(.openSSH()) }
    @Sendable static func dropbear() async throws -> ServedRemote { try await sftp(.dropbear()) }
    @Sendable static func proFTPDSFTP() async throws -> ServedRemote { try await sftp(.proFTPDSFTP()) }
    @Sendable static func asyncSSH() async throws -> ServedRemote { try await sftp(.asyncSSH()) }
    @Sendable static func paramiko() async throws -> ServedRemote { try await sftp(.paramiko()) }

    @Sendable static func spartan() async throws -> ServedRemote { try await sftp(.paramiko(isSpartan: true)) }

    private static func sftp(_ server: TestServer) async throws -> ServedRemote {
        let credentials = SSHCredentials(
            user: server.user, identityFiles: [try #require(server.privateKeyFile)])
        var settings = SSHSettings(
            endpoint: Endpoint(host: server.host, port: server.port), credentials: credentials)
        settings.hostKeys = .knownHosts(files: [try #require(server.knownHostsFile)])
        let ssh = settings
        let remote = SFTPRemote(
            identity: "sftp://\(server.kind)", root: .absolute(try RemotePath(server.rootOnServer)),
            pool: PoolConfiguration(name: "\(server.kind)", maximumConnections: 4)
        ) { () throws(StorageError) in
            try await SFTPConnection.connect(over: try await .ssh(ssh, on: EventLoops.next()))
        }
        return ServedRemote(remote: remote, server: server)
    }

    /// `transport = "openssh"`: the system's ssh.
    @Sendable static func openSSHClient() async throws -> ServedRemote {
        let server = try await TestServer.openSSH()
        var settings = OpenSSHSettings(host: server.host, port: server.port, user: server.user)
        settings.identityFiles = [try #require(server.privateKeyFile)]
        settings.knownHostsFiles = [try #require(server.knownHostsFile)]
        settings.hostKeyCheck = .knownHosts
        let ssh = settings
        let remote = SFTPRemote(
            identity: "sftp://openssh", root: .absolute(try RemotePath(server.rootOnServer)),
            pool: PoolConfiguration(name: "openssh", maximumConnections: 4)
        ) { () throws(StorageError) in
            try await SFTPConnection.connect(over: try await .openSSH(ssh, on: EventLoops.next()))
        }
        return ServedRemote(remote: remote, server: server)
    }
}
