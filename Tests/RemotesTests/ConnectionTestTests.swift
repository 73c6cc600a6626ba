import FileModel
import RemoteFileSystem
import Synchronization
import Testing
import Transport

@testable import Remotes

/// The test of a connection, on a remote in memory.
struct ConnectionTestTests {
    private let remote = InMemoryRemote(style: .stream)
    private let watch = ConnectionWatch()

    private func run(readOnly: Bool = false) async throws -> ConnectionTest.Report {
        try await ConnectionTest(remote: remote, family: .ftp, watch: watch, readOnly: readOnly, id: "x1").run()
    }

    @Test func aGoodServerPassesEveryStepAndKeepsNothing() async throws {
        let report = try await run()
        #expect(report.status == .ok)
        #expect(report.steps.map(\.step) == [.connect, .folder, .list, .upload, .download, .delete])
        #expect(report.leftBehind == nil)
        #expect(try await remote.entries(of: .root).isEmpty)
    }

    @Test func readOnlyWritesNothing() async throws {
        let operations = Mutex<[InMemoryRemote.Operation]>([])
        remote.onOperation { seen, _ throws(StorageError) in operations.withLock { $0.append(seen) } }
        let report = try await run(readOnly: true)
        #expect(report.steps.map(\.step) == [.connect, .folder, .list])
        #expect(!operations.withLock { $0.contains(.openWriter) || $0.contains(.removeFile) })
    }

    @Test(arguments: [
        (
            InMemoryRemote.Operation.capabilities, StorageError.Code.loginFailed, TestStep.connect,
            StatusCode.ftpLoginFailed
        ),
        (.capabilities, .unreachable, .connect, .ftpConnectionTimeout),
        (.attributes, .notFound, .folder, .incorrectFTPFolder),
        (.list, .dataConnectionFailed, .list, .ftpPasvFailed),
        (.list, .timedOut, .list, .ftpPasvFailed),
        (.openWriter, .permissionDenied, .upload, .uploadFailed),
        (.close, .noSpace, .upload, .uploadFailed),
        (.openReader, .permissionDenied, .download, .uploadFailed),
        (.removeFile, .permissionDenied, .delete, .uploadFailed),
    ])
    func theFailingStepIsNamed(
        _ operation: InMemoryRemote.Operation, _ code: StorageError.Code, _ step: TestStep, _ status: StatusCode
    ) async throws {
        remote.onOperation { seen, _ throws(StorageError) in
            if seen == operation { throw StorageError(code, "injected") }
        }
        let report = try await run()
        #expect(report.failure?.step == step)
        #expect(report.steps.last?.step == step)
        #expect(report.status == status)
        #expect(report.failure?.remedy?.isEmpty == false)
    }

    @Test func anUploadThatFailedHalfwayIsRemoved() async throws {
        remote.onOperation { seen, _ throws(StorageError) in
            if seen == .openReader { throw StorageError(.permissionDenied, "injected") }
        }
        let report = try await run()
        #expect(report.failure?.step == .download && report.leftBehind == nil)
        remote.onOperation(nil)
        #expect(try await remote.entries(of: .root).isEmpty)
    }

    @Test func aFileThatCannotBeDeletedIsNamed() async throws {
        remote.onOperation { seen, _ throws(StorageError) in
            if seen == .removeFile { throw StorageError(.permissionDenied, "injected") }
        }
        let report = try await run()
        #expect(report.leftBehind == (try RemotePath(".syncctl-test.x1.part")))
        #expect(report.failure?.remedy?.contains(".syncctl-test.x1.part") == true)
    }

    @Test func aCancelledTestRemovesItsFile() async throws {
        let reached = AsyncStream.makeStream(of: Void.self)
        remote.onOperation { seen, _ throws(StorageError) in
            guard seen == .openReader else { return }
            reached.continuation.yield()
            try? await Task.sleep(for: .seconds(60))
            throw .cancelled
        }
        let test = try ConnectionTest(remote: remote, family: .ftp, id: "x1")
        let task = Task { await test.run() }
        for await _ in reached.stream { break }
        task.cancel()
        let report = await task.value
        #expect(report.failure?.error?.code == .cancelled && report.failure?.remedy == nil)
        #expect(try await remote.entries(of: .root).isEmpty)
    }

    // MARK: - What the connection tells

    /// Plays events while the remote is asked for its capabilities, which is when it connects.
    private func play(_ events: [ConnectionEvent], then error: StorageError? = nil) {
        let observer = watch.observer
        remote.onOperation { seen, _ throws(StorageError) in
            guard seen == .capabilities else { return }
            for event in events { observer(event) }
            if let error { throw error }
        }
    }

    @Test func stagesAreStepsWithTheirFactsAndReplies() async throws {
        play([
            .began(.resolve), .finished(.resolve, facts: ["192.0.2.1"]), .began(.greeting),
            .replied(to: "", "220 ready"), .finished(.greeting, facts: []), .began(.login),
            .replied(to: "USER me", "331 password"), .replied(to: "PASS ••••", "230 welcome"),
            .replied(to: "FEAT", "211 end"), .finished(.login, facts: []),
        ])
        let steps = try await run(readOnly: true).steps
        #expect(steps.map(\.step) == [.resolve, .greeting, .login, .folder, .list])
        #expect(steps[0].facts == ["192.0.2.1"])
        #expect(steps[1].reply == "220 ready" && steps[2].reply == "230 welcome")
    }

    @Test func theStageThatBeganLastIsTheOneThatFailed() async throws {
        play(
            [.began(.connect), .finished(.connect, facts: []), .began(.tls)],
            then: StorageError(.tlsFailed, "the certificate of x is not trusted: it has expired"))
        let report = try await run()
        #expect(report.steps.map(\.step) == [.connect, .tls])
        #expect(report.status == .ftpConnectionTimeout)
        #expect(report.failure?.remedy?.contains("syncctl trust") == true)
    }

    @Test func aSecondAttemptIsNotToldAgain() async throws {
        let round: [ConnectionEvent] = [.began(.connect), .finished(.connect, facts: []), .began(.login)]
        play(round + round, then: StorageError(.tooManyConnections, "full", serverReply: "421 full"))
        let report = try await run()
        #expect(report.steps.map(\.step) == [.connect, .login])
        #expect(report.failure?.reply == "421 full")
        #expect(report.failure?.remedy?.contains("max_connections") == true)
    }

    @Test func dataElsewhereIsNAT() async throws {
        let observer = watch.observer
        remote.onOperation { seen, _ throws(StorageError) in
            guard seen == .list else { return }
            observer(.began(.data))
            observer(.offeredData(Endpoint(host: "10.0.0.7", port: 5000), peer: "192.0.2.1"))
            throw StorageError(.dataConnectionFailed, "injected")
        }
        let report = try await run()
        #expect(report.failure?.step == .data && report.status == .ftpPasvFailed)
        #expect(report.failure?.remedy?.contains("fix_passive_address") == true)
    }
}
