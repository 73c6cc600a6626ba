public import FileModel
import NIOCore
public import RemoteFileSystem

/// Tries everything a transfer needs, step by step, and leaves nothing behind.
///
/// The first step that fails ends the test and is the one to name to the user; a file that was uploaded is removed
/// even then.
public struct ConnectionTest: Sendable {
    public enum Step: String, Sendable, CaseIterable {
        /// Name resolution, TCP, TLS or host key, login.
        case connect
        /// The remote folder exists and is a folder.
        case folder
        /// A listing; for FTP the first use of a data connection.
        case list
        case upload
        /// The uploaded bytes read back.
        case download
        case delete
    }

    public struct StepResult: Sendable {
        public let step: Step
        public let duration: Duration
        public let error: StorageError?
    }

    public struct Report: Sendable {
        public let steps: [StepResult]
        public let status: StatusCode
        public var failure: StepResult? { steps.first { $0.error != nil } }
    }

    private let remote: any RemoteFileSystem
    private let family: ProtocolFamily
    private let testFile: RemotePath

    /// - Parameter id: makes the test file's name unique, letters and digits only.
    public init(remote: any RemoteFileSystem, family: ProtocolFamily, id: String) throws(StorageError) {
        self.remote = remote
        self.family = family
        testFile = try RemotePath(".syncctl-test.\(id).part")
    }

    /// - Parameter report: called after each step, in order.
    public func run(report: @Sendable (StepResult) -> Void = { _ in }) async -> Report {
        var results: [StepResult] = []
        for step in Step.allCases {
            let result = await timed(step)
            results.append(result)
            report(result)
            if result.error != nil { break }
        }
        if results.contains(where: { $0.step == .upload }), results.last?.step != .delete {
            try? await remote.removeFile(testFile)
        }
        return Report(steps: results, status: status(results.last))
    }

    private func status(_ last: StepResult?) -> StatusCode {
        guard let last, let error = last.error else { return .ok }
        let code = StatusCode(error, family: family)
        if last.step == .folder, !error.isSessionFault {
            return family == .ftp ? .incorrectFTPFolder : .incorrectSFTPFolder
        }
        if last.step == .list, family == .ftp, error.code == .timedOut { return .ftpPasvFailed }
        return code
    }

    private func timed(_ step: Step) async -> StepResult {
        let start = ContinuousClock.now
        var failure: StorageError?
        do throws(StorageError) {
            try await perform(step)
        } catch {
            failure = error
        }
        return StepResult(step: step, duration: ContinuousClock.now - start, error: failure)
    }

    private func perform(_ step: Step) async throws(StorageError) {
        switch step {
        case .connect: _ = try await remote.capabilities()
        case .folder: try await checkFolder()
        case .list: try await remote.list(.root) { _ async throws(StorageError) in }
        case .upload: try await upload()
        case .download: try await download()
        case .delete: try await remote.removeFile(testFile)
        }
    }

    private func checkFolder() async throws(StorageError) {
        guard try await remote.attributes(of: .root).isDirectory else {
            throw StorageError(.rootMissing, "the remote folder is not a folder: check the path")
        }
    }

    private static let content = "This file was written by a connection test and can be deleted.\n"

    private func upload() async throws(StorageError) {
        let writer = try await remote.openWriter(
            testFile, .truncate, permissions: nil, expectedSize: Int64(Self.content.utf8.count))
        do throws(StorageError) {
            try await writer.write(ByteBuffer(string: Self.content), at: 0)
        } catch {
            await writer.abort()
            throw error
        }
        try await writer.close()
    }

    private func download() async throws(StorageError) {
        let reader = try await remote.openReader(testFile)
        let result: Result<ByteBuffer, StorageError>
        do throws(StorageError) {
            result = .success(try await reader.read(at: 0, count: Self.content.utf8.count + 1))
        } catch {
            result = .failure(error)
        }
        await reader.close()
        let received = try result.get()
        guard received == ByteBuffer(string: Self.content) else {
            throw StorageError(
                .corrupted,
                "the test file came back as \(received.readableBytes) bytes instead of \(Self.content.utf8.count): "
                    + "the server, a proxy or ASCII mode changes what is transferred")
        }
    }
}
