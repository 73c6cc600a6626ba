import ConnectionPool
public import Definitions
import FTP
import FileModel
import RemoteFileSystem
import Remotes
import SFTP
import SSH
import TLS
public import Transport

extension RemoteAssembly {
    /// Remotes as definitions describe them; their secrets are fetched when one is opened.
    ///
    /// - Parameters:
    ///   - showsWire: logs what is sent and received, whatever a definition says.
    ///   - triesRefusedLogins: tries a login all the same that the server refused a short time ago, to this or another
    ///     program.
    ///   - observer: is told how their connections come about.
    public init(
        _ directories: ProgramDirectories, showsWire: Bool = false, triesRefusedLogins: Bool = false,
        observer: ConnectionObserver? = nil
    ) {
        self.init { definition, folder, purpose throws(StorageError) in
            var remote = definition
            if showsWire { (remote.log.sent, remote.log.received) = (true, true) }
            let plan = RemotePlan(
                remote: remote, root: folder, purpose: purpose, observer: observer,
                profiles: ServerProfiles(directory: directories.servers),
                slots: try SlotFiles(
                    identity: remote.identity, count: remote.maximumConnections, directory: directories.slots),
                memory: ServerNotes(directories, triesRefusedLogins: triesRefusedLogins))
            return remote.family == .ftp ? try await plan.ftp() : try await plan.sftp()
        }
    }
}

/// What every protocol needs of a definition.
private struct RemotePlan {
    let remote: RemoteDefinition
    let root: RemoteFolder
    let purpose: RemotePurpose
    let observer: ConnectionObserver?
    let profiles: ServerProfiles
    let slots: SlotFiles
    let memory: ServerNotes

    private var pool: PoolConfiguration {
        var result = PoolConfiguration(name: remote.identity, maximumConnections: remote.maximumConnections)
        result.maximumDownloadStreams = remote.maximumDownloadStreams
        result.maximumUploadStreams = remote.maximumUploadStreams
        result.idleTimeout = remote.idleTimeout
        result.keepAlive = remote.keepalive
        if purpose == .mount { result.backOffMaximum = .seconds(2) }
        return result
    }

    func ftp() async throws(StorageError) -> any RemoteFileSystem {
        let trust = ServerTrust(remote, profiles) { Journal.write("warning: \($0)") }
        let usesAccepted = remote.tls.trust == .tofu
        let measured = memory.measured(remote)
        let settings = try await ftpSettings(trust, measured)
        let record = try memory.record(of: remote, password: settings.credentials.password)
        let codePage = try remote.ftp.codePage.map { name throws(StorageError) in try CodePage(name) }
        return FTPRemote(
            identity: remote.identity, root: root, pool: pool, slots: slots, record: record, codePage: codePage,
            transferType: settings.transferType, measured: measured
        ) { () throws(StorageError) in
            if usesAccepted { try await trust.refresh() }
            return try await FTPConnection.connect(settings)
        }
    }

    private func ftpSettings(
        _ trust: ServerTrust, _ measured: MeasuredServer?
    ) async throws(StorageError) -> FTPSettings {
        var settings = try await FTPSettings(remote, trust)
        settings.observer = observer
        if let listing = measured?.listing {
            settings.memory = ServerMemory(
                listing, setter: measured?.timeSetter.flatMap(FTP.TimeSetter.init(rawValue:)))
        }
        if let clock = memory.wallClock(remote) { settings.memory.assume(clock) }
        settings.rememberClock = { [memory, remote] in memory.remember($0, of: remote) }
        if purpose == .mount { settings.timeouts.verdict = remote.timeout }
        return settings
    }

    func sftp() async throws(StorageError) -> any RemoteFileSystem {
        let (stream, password) = try await subsystem()
        let timeout = remote.timeout
        let observer = observer
        return SFTPRemote(
            identity: remote.identity, root: root, pool: pool, slots: slots,
            record: try memory.record(of: remote, password: password)
        ) { () throws(StorageError) in
            try await SFTPConnection.connect(over: try await stream(), timeout: timeout, observer: observer)
        }
    }

    private typealias Opener = @Sendable () async throws(StorageError) -> SubsystemStream

    /// How a new connection reaches the server's SFTP subsystem, and the password that it may offer there.
    private func subsystem() async throws(StorageError) -> (Opener, Secret?) {
        let log = WireLog(remote, secrets: [])
        switch remote.ssh.transport {
        case .libssh2:
            var settings = try await SSHSettings(remote)
            settings.observer = observer
            let final = settings
            let open: Opener = { () throws(StorageError) in try await .ssh(final, on: EventLoops.next()) }
            return (open, final.credentials.password)
        case .openssh:
            let settings = try await OpenSSHSettings(remote)
            let open: Opener = { () throws(StorageError) in
                try await .openSSH(settings, on: EventLoops.next()).telling(to: log)
            }
            return (open, nil)
        case .command:
            let command = remote.ssh.command
            let open: Opener = { () throws(StorageError) in
                try await .running(command, peer: command.first ?? "", on: EventLoops.next()).telling(to: log)
            }
            return (open, nil)
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
