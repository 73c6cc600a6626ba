import FileModel
import NIOCore
import RemoteFileSystem

extension ConnectionTest {
    func perform(_ step: TestStep) async throws(StorageError) {
        switch step {
        case .folder: try await checkFolder()
        case .list: try await remote.list(.root) { _ async throws(StorageError) in }
        case .upload: try await upload()
        case .download: try await download()
        case .delete: try await remote.removeFile(testFile)
        default: return
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
                "the test file came back as \(received.readableBytes) bytes instead of \(Self.content.utf8.count)"
                    + (received.readableBytes == Self.content.utf8.count ? ", and not the ones that were sent" : ""))
        }
    }

    /// Removes what an unfinished test may have uploaded.
    ///
    /// - Returns: the file when it may still be there.
    func cleanUp(after results: [TestStepResult]) async -> RemotePath? {
        guard let last = results.last, last.error != nil, [.upload, .download, .delete].contains(last.step) else {
            return nil
        }
        // A task of its own: the test's may have been cancelled, and the file is to go all the same.
        let isGone = await Task { await isRemoved() }.value
        return isGone ? nil : testFile
    }

    private func isRemoved() async -> Bool {
        do throws(StorageError) {
            try await remote.removeFile(testFile)
            return true
        } catch  where error.code == .notFound {
            return true
        } catch {
            // An upload that was refused made no file, and who may not write may not delete either.
            let seen: StorageError? = await catching { () async throws(StorageError) in
                _ = try await remote.attributes(of: testFile)
            }
            return seen?.code == .notFound
        }
    }

    private func catching(_ body: () async throws(StorageError) -> Void) async -> StorageError? {
        do throws(StorageError) {
            try await body()
            return nil
        } catch {
            return error
        }
    }
}
