public import FileModel
import NIOCore
public import SSH
public import Transport

/// What is learned of a server before the connection is used.
struct SFTPWelcome: Sendable {
    var extensions: Set<SFTPExtension>
    var limits = SFTPLimits.standard
    var loginFolder = SFTPPath(".")
    var dialect = SFTPDialect()
}

extension SFTPConnection {
    /// Speaks SFTP over a stream.
    ///
    /// - Parameters:
    ///   - observer: is told the end of `.sftp`, which began before there was a stream.
    ///   - timeout: for the greeting; afterwards the longest time without a sign of life while requests wait.
    ///   - listingLimit: bytes of memory that one listing may come to.
    /// - Throws: `.timedOut`, `.protocolViolation` (what answers does not speak SFTP 3), and what the transport knows.
    ///   The stream is closed then.
    public static func connect(
        over stream: SubsystemStream, timeout: Duration = .seconds(10), listingLimit: Int = ListingBudget.standard,
        observer: ConnectionObserver? = nil
    ) async throws(StorageError) -> SFTPConnection {
        do throws(StorageError) {
            let connection = try await greet(stream, timeout, listingLimit)
            let offer = "\(connection.extensions.count) extensions"
            observer?(.finished(.sftp, facts: ["SFTP version 3", offer, "folder \(connection.loginFolder)"]))
            return connection
        } catch {
            stream.channel.close(promise: nil)
            try? await stream.ended.get()
            throw error
        }
    }

    private static func greet(
        _ stream: SubsystemStream, _ timeout: Duration, _ listingLimit: Int
    ) async throws(StorageError) -> SFTPConnection {
        let session = try await SFTPSession.attach(to: stream, timeout: timeout)
        let limit = session.loop.scheduleTask(in: TimeAmount(timeout)) {
            session.end(
                StorageError(.timedOut, "\(stream.peer) did not answer the SFTP greeting within \(timeout.inSeconds)"))
        }
        defer { limit.cancel() }
        let version = try await session.greet()
        guard version.version == 3 else {
            throw .violation("it speaks version \(version.version) instead of 3")
        }
        var welcome = try await learn(version, session)
        welcome.dialect = SFTPDialect(software: stream.software, version)
        return SFTPConnection(stream, session, welcome, listingLimit: listingLimit)
    }

    private static func learn(
        _ version: SFTPVersion, _ session: SFTPSession
    ) async throws(StorageError) -> SFTPWelcome {
        var welcome = SFTPWelcome(extensions: Set(version.extensions.keys))
        var requests = [SFTPRequest.realpath(SFTPPath("."))]
        if welcome.extensions.contains(.limits) { requests.append(.limits) }
        let answers = await session.perform(requests)
        // A server that refuses either is a server all the same; one that is gone is not.
        if case .names(let names) = try answers[0].get(), let name = names.first {
            welcome.loginFolder = SFTPPath(name.bytes)
        }
        if answers.count > 1, case .extended(let body) = try answers[1].get() {
            welcome.limits = try SFTPLimits(from: body)
        }
        return welcome
    }
}
