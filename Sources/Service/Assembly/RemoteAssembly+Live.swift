import ConnectionPool
public import Definitions
import FTP
import FileModel
import RemoteFileSystem
import Remotes
import SFTP
import SSH
import TLS
import Transport

extension RemoteAssembly {
    /// Remotes as definitions describe them; their secrets are fetched when one is opened.
    ///
    /// - Parameter showsWire: logs what is sent and received, whatever a definition says.
    public init(_ directories: ProgramDirectories, showsWire: Bool = false) {
        self.init { definition, folder throws(StorageError) in
            var remote = definition
            if showsWire { (remote.log.sent, remote.log.received) = (true, true) }
            let plan = RemotePlan(
                remote: remote, root: folder,
                slots: try SlotFiles(
                    identity: remote.identity, count: remote.maximumConnections, directory: directories.slots))
            return remote.family == .ftp ? try await plan.ftp() : try await plan.sftp()
        }
    }
}

/// What every protocol needs of a definition.
private struct RemotePlan {
    let remote: RemoteDefinition
    let root: RemoteFolder
    let slots: SlotFiles

    private var pool: PoolConfiguration {
        var result = PoolConfiguration(name: remote.identity, maximumConnections: remote.maximumConnections)
        result.idleTimeout = remote.idleTimeout
        result.keepAlive = remote.keepalive
        return result
    }

    func ftp() async throws(StorageError) -> any RemoteFileSystem {
        let settings = try await FTPSettings(remote)
        return FTPRemote(identity: remote.identity, root: root, pool: pool, slots: slots) { () throws(StorageError) in
            try await FTPConnection.connect(settings)
        }
    }

    func sftp() async throws(StorageError) -> any RemoteFileSystem {
        let stream = try await subsystem()
        let timeout = remote.timeout
        return SFTPRemote(identity: remote.identity, root: root, pool: pool, slots: slots) { () throws(StorageError) in
            try await SFTPConnection.connect(over: try await stream(), timeout: timeout)
        }
    }

    /// How a new connection reaches the server's SFTP subsystem.
    private func subsystem() async throws(StorageError) -> @Sendable () async throws(StorageError) -> SubsystemStream {
        let log = WireLog(remote, secrets: [])
        switch remote.ssh.transport {
        case .libssh2:
            let settings = try await SSHSettings(remote)
            return { () throws(StorageError) in try await .ssh(settings, on: EventLoops.next()) }
        case .openssh:
            let settings = try await OpenSSHSettings(remote)
            return { () throws(StorageError) in
                try await .openSSH(settings, on: EventLoops.next()).telling(to: log)
            }
        case .command:
            let command = remote.ssh.command
            return { () throws(StorageError) in
                try await .running(command, peer: command.first ?? "", on: EventLoops.next()).telling(to: log)
            }
        }
    }
}

extension SubsystemStream {
    fileprivate func telling(to log: WireLog?) -> SubsystemStream {
        var stream = self
        stream.log = log?.connection()
        stream.log?.note("connected to \(peer)")
        return stream
    }
}
