public import FileModel
import NIOCore
public import RemoteFileSystem
import Synchronization

/// Tries everything a transfer needs, step by step, and leaves nothing behind.
///
/// The first step that fails ends the test and is the one to name to the user; a file that was uploaded is removed
/// even then, and even when the task was cancelled.
public struct ConnectionTest: Sendable {
    public struct Report: Sendable {
        public let steps: [TestStepResult]
        public let status: StatusCode
        /// The test file, when it could not be removed.
        public let leftBehind: RemotePath?
        public var failure: TestStepResult? { steps.first { $0.error != nil } }
    }

    let remote: any RemoteFileSystem
    let family: ProtocolFamily
    let testFile: RemotePath
    let watch: ConnectionWatch
    private let readOnly: Bool

    /// - Parameters:
    ///   - watch: whose observer the remote's connections were given; without, making them is one step.
    ///   - readOnly: neither uploads nor deletes.
    ///   - id: makes the test file's name unique, letters and digits only.
    public init(
        remote: any RemoteFileSystem, family: ProtocolFamily, watch: ConnectionWatch = ConnectionWatch(),
        readOnly: Bool = false, id: String
    ) throws(StorageError) {
        self.remote = remote
        self.family = family
        self.watch = watch
        self.readOnly = readOnly
        testFile = try RemotePath(".syncctl-test.\(id).part")
    }

    /// - Parameter report: called after each step, in order.
    public func run(report: @escaping @Sendable (TestStepResult) -> Void = { _ in }) async -> Report {
        let results = TestResults(report)
        watch.follow { results.add($0) }
        var isGoingWell = await connect(results)
        for step in TestStep.asked(readOnly: readOnly) where isGoingWell {
            isGoingWell = await take(step, results)
        }
        let leftBehind = await cleanUp(after: results.all)
        return Report(steps: results.all, status: status(results.all.last), leftBehind: leftBehind)
    }

    private func status(_ last: TestStepResult?) -> StatusCode {
        guard let last, let error = last.error else { return .ok }
        if last.step == .folder, !error.isSessionFault {
            return family == .ftp ? .incorrectFTPFolder : .incorrectSFTPFolder
        }
        if last.step == .data { return .ftpPasvFailed }
        if last.step == .list, family == .ftp, error.code == .timedOut { return .ftpPasvFailed }
        // Before the login, whatever goes wrong is the connection.
        if error.code == .protocolViolation || error.code == .connectionLost, last.step.isBeforeLogin {
            return family == .ftp ? .ftpConnectionTimeout : .sftpConnectionTimeout
        }
        return StatusCode(error, family: family)
    }

    /// - Returns: whether it went well.
    private func connect(_ results: TestResults) async -> Bool {
        let start = ContinuousClock.now
        do throws(StorageError) {
            _ = try await remote.capabilities()
            // A remote that tells nothing of its stages.
            if results.all.isEmpty { results.add(TestStepResult(step: .connect, duration: .now - start)) }
            return true
        } catch {
            let (step, since) = watch.running ?? (.connect, start)
            results.add(failed(step, since, error))
            return false
        }
    }

    private func take(_ step: TestStep, _ results: TestResults) async -> Bool {
        watch.beginStep()
        let start = ContinuousClock.now
        do throws(StorageError) {
            try await perform(step)
        } catch {
            let isData = step == .list && watch.running?.step == .data
            results.add(failed(isData ? .data : step, start, error))
            return false
        }
        results.add(TestStepResult(step: step, duration: .now - start, reply: watch.reply(of: step)))
        return true
    }

    private func failed(_ step: TestStep, _ since: ContinuousClock.Instant, _ error: StorageError) -> TestStepResult {
        let remedy = TestRemedy(
            step: step, error: error, family: family, file: testFile, dataIsElsewhere: watch.dataIsElsewhere)
        return TestStepResult(
            step: step, duration: .now - since, reply: error.serverReply ?? watch.reply(of: step), error: error,
            remedy: remedy.sentence)
    }
}

extension TestStep {
    fileprivate var isBeforeLogin: Bool {
        switch self {
        case .resolve, .connect, .greeting, .tls, .hostKey: true
        default: false
        }
    }
}

/// Results in the order in which they came, some of them from event loops.
private final class TestResults: Sendable {
    private let results = Mutex<[TestStepResult]>([])
    private let report: @Sendable (TestStepResult) -> Void

    init(_ report: @escaping @Sendable (TestStepResult) -> Void) { self.report = report }

    var all: [TestStepResult] { results.withLock { $0 } }

    func add(_ result: TestStepResult) {
        results.withLock { results in
            // Once a step has failed, later connections have nothing to add.
            guard results.last?.error == nil else { return }
            results.append(result)
            report(result)
        }
    }
}
