import ConnectionPool
public import Definitions
import FTP
public import FileModel
import FoundationEssentials
public import Remotes
import SFTP
import SSH
import Transport

/// Finds out how a server can be reached and what it can do (`syncctl probe`).
///
/// One session at a time until the very end, which counts how many the server grants; each holds a slot of the machine's
/// cap.
public struct ServerProbe: Sendable {
    public struct Result: Sendable {
        public let attempts: [(attempt: ProbeAttempt, outcome: ProbeOutcome)]
        /// The remote to use, with the settings that were found to work; nil when no way works.
        public var remote: RemoteDefinition?
        public var measured: MeasuredServer?
        /// Why nothing, or not all, was measured.
        public var problem: StorageError?
    }

    private let directories: ProgramDirectories
    private let define: @Sendable (ProbeAttempt.Way, Int) throws -> RemoteDefinition
    /// Sessions to count up to.
    private let sessions: Int
    /// How long to wait for the server to hang up; nil does not wait.
    private let idle: Duration?

    /// - Parameter define: the remote of a way and port, as the user's words and options have it.
    public init(
        _ directories: ProgramDirectories, sessions: Int, idle: Duration?,
        define: @escaping @Sendable (ProbeAttempt.Way, Int) throws -> RemoteDefinition
    ) {
        self.directories = directories
        self.sessions = sessions
        self.idle = idle
        self.define = define
    }

    /// - Parameter report: called after each attempt that was made.
    public func run(
        _ plan: ProbePlan, report: @Sendable (ProbeAttempt, ProbeOutcome) -> Void
    ) async throws -> Result {
        var plan = plan
        var login: ProbeLogin?
        do {
            while let attempt = plan.next {
                let outcome = try await outcome(of: attempt, &login)
                plan.concluded(outcome)
                report(attempt, outcome)
            }
        } catch {
            await login?.session.close()
            throw error
        }
        await login?.session.close()
        var result = Result(attempts: plan.results)
        guard let best = plan.best else { return result }
        let target = ProbeTarget(try remote(best), directories)
        result.remote = target.remote
        do throws(StorageError) {
            let measured = try await target.measure(sessions: sessions, idle: idle)
            result.measured = measured
            result.remote = Self.adjusted(target.remote, best, measured)
            try target.remember(measured)
        } catch {
            if error.code == .cancelled { throw error }
            result.problem = error
        }
        return result
    }

    /// - Parameter login: the session of the attempt before, and that of this one afterwards.
    private func outcome(of attempt: ProbeAttempt, _ login: inout ProbeLogin?) async throws -> ProbeOutcome {
        var remote = try remote(attempt)
        // What the login is made with must fit every attempt that shares it: a proxy rules active modes out.
        remote.ftp.dataConnection = .auto
        let target = ProbeTarget(remote, directories)
        if let open = login, await !open.serves(attempt) {
            // One session at a time.
            await open.session.close()
            login = nil
        }
        do throws(StorageError) {
            let session = if let login { login.session } else { try await target.connect() }
            login = ProbeLogin(attempt: attempt, session: session)
        } catch {
            if error.code == .cancelled || error.code == .configuration { throw error }
            return ServerProber.outcome(of: error, isLoggedIn: false)
        }
        guard let session = login?.session as? FTPConnection else { return .works }
        do throws(StorageError) {
            try await ServerProber.list(session, remote.folder, by: attempt.data)
            return .works
        } catch {
            if error.code == .cancelled { throw error }
            return ServerProber.outcome(of: error, isLoggedIn: true)
        }
    }

    private func remote(_ attempt: ProbeAttempt) throws -> RemoteDefinition {
        var remote = try define(attempt.way, attempt.port)
        if attempt.way == .ftp { remote.tls.mode = .never }
        if let data = attempt.data {
            remote.ftp.dataConnection = .init(rawValue: data.rawValue) ?? .auto
            remote.tls.protectData = attempt.protectsData
        }
        return remote
    }

    /// The settings that the server needs, and the defaults where those do.
    private static func adjusted(
        _ remote: RemoteDefinition, _ best: ProbeAttempt, _ measured: MeasuredServer
    ) -> RemoteDefinition {
        var remote = remote
        if best.data == .epsv { remote.ftp.dataConnection = .auto }
        if measured.isLimited { remote.maximumConnections = max(1, min(remote.maximumConnections, measured.sessions)) }
        return remote
    }
}

/// A session that was opened for an attempt.
private struct ProbeLogin {
    let attempt: ProbeAttempt
    let session: any PooledConnection

    /// Whether it is in order, and does for another attempt.
    func serves(_ other: ProbeAttempt) async -> Bool {
        guard attempt.sharesLogin(with: other), let session = session as? FTPConnection else { return false }
        return (try? await session.settle()) != nil
    }
}
