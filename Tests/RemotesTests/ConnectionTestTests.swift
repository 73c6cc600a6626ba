import FileModel
import RemoteFileSystem
import Remotes
import Testing

@Suite struct ConnectionTestTests {
    private let remote = InMemoryRemote(style: .stream)

    private func run() async throws -> ConnectionTest.Report {
        try await ConnectionTest(remote: remote, family: .ftp, id: "x1").run()
    }

    @Test func aGoodServerPassesEveryStepAndKeepsNothing() async throws {
        let report = try await run()
        #expect(report.status == .ok)
        #expect(report.steps.map(\.step) == ConnectionTest.Step.allCases)
        #expect(try await remote.entries(of: .root).isEmpty)
    }

    @Test(arguments: [
        (
            InMemoryRemote.Operation.capabilities, StorageError.Code.loginFailed, ConnectionTest.Step.connect,
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
        _ operation: InMemoryRemote.Operation, _ code: StorageError.Code, _ step: ConnectionTest.Step,
        _ status: StatusCode
    ) async throws {
        remote.onOperation { seen, _ throws(StorageError) in
            if seen == operation { throw StorageError(code, "injected") }
        }
        let report = try await run()
        #expect(report.failure?.step == step)
        #expect(report.steps.last?.step == step)
        #expect(report.status == status)
    }

    @Test func anUploadThatFailedHalfwayIsRemoved() async throws {
        remote.onOperation { seen, _ throws(StorageError) in
            if seen == .openReader { throw StorageError(.permissionDenied, "injected") }
        }
        #expect(try await run().failure?.step == .download)
        remote.onOperation(nil)
        #expect(try await remote.entries(of: .root).isEmpty)
    }
}
