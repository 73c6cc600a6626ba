import ConnectionPool
import Definitions
import FTP
import FileModel
import FoundationEssentials
import Remotes
import SFTP
import SSH
import Transport

/// One way to a server, during a probe.
struct ProbeTarget: Sendable {
    let remote: RemoteDefinition
    private let directories: ProgramDirectories

    init(_ remote: RemoteDefinition, _ directories: ProgramDirectories) {
        self.remote = remote
        self.directories = directories
    }

    /// A session that lets go of its slot when it ends.
    func connect() async throws(StorageError) -> any PooledConnection {
        guard let session = try await connectIfFree() else {
            throw StorageError(
                .tooManyConnections, "other programs of this machine use all sessions of \(remote.identity)")
        }
        return session
    }

    private func connectIfFree() async throws(StorageError) -> (any PooledConnection)? {
        let slots = try SlotFiles(
            identity: remote.identity, count: remote.maximumConnections, directory: directories.slots)
        guard let slot = try await slots.acquireIfFree() else { return nil }
        let session: any PooledConnection
        if remote.family == .ftp {
            session = try await ftp()
        } else {
            session = try await sftp()
        }
        session.onClose { _ in
            slot.release()
            withExtendedLifetime(slots) {}
        }
        return session
    }

    private func ftp() async throws(StorageError) -> FTPConnection {
        let trust = ServerTrust(remote, ServerProfiles(directory: directories.servers)) { _ in }
        if remote.tls.trust == .tofu { try await trust.refresh() }
        return try await FTPConnection.connect(try await FTPSettings(remote, trust))
    }

    private func sftp() async throws(StorageError) -> SFTPConnection {
        let loop = EventLoops.next()
        let stream: SubsystemStream
        if remote.ssh.transport == .openssh {
            stream = try await .openSSH(try await OpenSSHSettings(remote), on: loop)
        } else {
            stream = try await .ssh(try await SSHSettings(remote), on: loop)
        }
        return try await SFTPConnection.connect(over: stream, timeout: remote.timeout)
    }

    // MARK: - Measuring

    func measure(sessions: Int, idle: Duration?) async throws(StorageError) -> MeasuredServer {
        let id = String(UInt64.random(in: .min ... .max), radix: 36)
        var result = try await withSession { session throws(StorageError) in
            if let session = session as? FTPConnection {
                return try await ServerProber.measure(session, in: remote.folder, id: id)
            }
            guard let session = session as? SFTPConnection else { throw .unsupported("measuring") }
            return try await ServerProber.measure(session, in: remote.folder, id: id)
        }
        result.needsResumption = try await needsResumption()
        let count = try await ServerProber.countSessions(upTo: sessions) { () throws(StorageError) in
            try await connectIfFree()
        }
        (result.sessions, result.isLimited) = (max(1, count.count), count.isLimited)
        if let idle { result.idleSeconds = try await idleSeconds(within: idle) }
        return result
    }

    private func withSession<Value: Sendable>(
        _ body: (any PooledConnection) async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let session = try await connect()
        do throws(StorageError) {
            let value = try await body(session)
            await session.close()
            return value
        } catch {
            await session.close()
            throw error
        }
    }

    /// - Returns: nil where data connections are not encrypted.
    private func needsResumption() async throws(StorageError) -> Bool? {
        guard remote.family == .ftp, remote.tls.mode != .never, remote.tls.protectData else { return nil }
        var without = remote
        without.tls.sessionResumption = .off
        let target = ProbeTarget(without, directories)
        let error: StorageError? = try await target.withSession { session throws(StorageError) in
            guard let session = session as? FTPConnection else { return nil }
            do throws(StorageError) {
                try await ServerProber.list(session, remote.folder)
                return nil
            } catch {
                return error
            }
        }
        if let error, error.code == .cancelled { throw error }
        return error != nil
    }

    private func idleSeconds(within limit: Duration) async throws(StorageError) -> Int? {
        try await withSession { session throws(StorageError) in
            let time = await ServerProber.idleTime(of: session, within: limit)
            if Task.isCancelled { throw .cancelled }
            // The server began to count a little before.
            return time.map { Int(($0 + .milliseconds(500)).components.seconds) }
        }
    }

    /// Keeps what was measured for every later connection to this server.
    func remember(_ measured: MeasuredServer) throws(StorageError) {
        let now = Date()
        let profiles = ServerProfiles(directory: directories.servers)
        try profiles.update(remote.identity) { profile in
            profile.measured = measured
            guard measured.isLimited else { return }
            profile.sessionLimit = SessionLimit(measured.sessions, learned: now, interval: 600)
        }
    }
}
