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
    /// Of the last answer.
    var roundTrip = Duration.zero
    /// The longest time without a sign of life while requests wait.
    var timeout: Duration
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
        let limit = limitGreeting(stream, session, timeout)
        defer { limit.cancel() }
        let version = try await session.greetInVersion3()
        var welcome = try await learn(version, session, timeout)
        welcome.dialect = SFTPDialect(software: stream.software, version)
        return SFTPConnection(stream, session, welcome, listingLimit: listingLimit)
    }

    private static func limitGreeting(
        _ stream: SubsystemStream, _ session: SFTPSession, _ timeout: Duration
    ) -> Scheduled<Void> {
        session.loop.scheduleTask(in: TimeAmount(timeout)) {
            session.end(
                StorageError(.timedOut, "\(stream.peer) did not answer the SFTP greeting within \(timeout.inSeconds)"))
        }
    }

    /// One more channel on the same connection, which ends with it. Its server is known, so that requests leave with the
    /// greeting.
    ///
    /// - Throws: `.unsupported` where the way to the server carries one channel, `.connectionLost` when the server
    ///   refuses another.
    func openSibling() async throws(StorageError) -> SFTPConnection {
        guard let openSibling = stream.openSibling else { throw .unsupported("a further channel") }
        let stream = try await openSibling()
        do throws(StorageError) {
            let session = try await SFTPSession.attach(to: stream, timeout: timeout, presumesVersion: true)
            let limit = Self.limitGreeting(stream, session, timeout)
            Task {
                defer { limit.cancel() }
                do throws(StorageError) {
                    _ = try await session.greetInVersion3()
                } catch {
                    session.end(error)
                }
            }
            let welcome = SFTPWelcome(
                extensions: extensions, limits: limits, loginFolder: loginFolder, dialect: dialect,
                roundTrip: roundTrip, timeout: timeout)
            return SFTPConnection(stream, session, welcome, listingLimit: listingLimit)
        } catch {
            stream.channel.close(promise: nil)
            throw error
        }
    }

    private static func learn(
        _ version: SFTPVersion, _ session: SFTPSession, _ timeout: Duration
    ) async throws(StorageError) -> SFTPWelcome {
        var welcome = SFTPWelcome(extensions: Set(version.extensions.keys), timeout: timeout)
        var requests = [SFTPRequest.realpath(SFTPPath("."))]
        if welcome.extensions.contains(.limits) { requests.append(.limits) }
        let start = ContinuousClock.now
        let answers = await session.perform(requests)
        welcome.roundTrip = ContinuousClock.now - start
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

extension SFTPSession {
    /// - Throws: `.protocolViolation` where the server speaks another version.
    fileprivate func greetInVersion3() async throws(StorageError) -> SFTPVersion {
        let version = try await greet()
        guard version.version == 3 else {
            throw .violation("it speaks version \(version.version) instead of 3")
        }
        return version
    }
}
