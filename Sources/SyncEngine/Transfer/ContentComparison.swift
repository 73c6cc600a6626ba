import FileModel
import NIOCore
import RemoteFileSystem
import SyncCore

/// Compares the content of a file on both sides, or of a link its target.
struct ContentComparison: Sendable {
    let replicas: Sides<Replica>
    private static let blockSize = 256 << 10

    /// - Returns: `.unavailable` where one of the two cannot be read.
    /// - Throws: only what concerns the session.
    func compare(_ path: RemotePath, type: FileType) async throws(StorageError) -> Evidence.Content {
        do throws(StorageError) {
            let isEqual = type == .symbolicLink ? try await linksMatch(path) : try await filesMatch(path, path)
            return isEqual ? .equal : .different
        } catch  where !error.isSessionFault {
            return .unavailable
        }
    }

    private func linksMatch(_ path: RemotePath) async throws(StorageError) -> Bool {
        try await replicas.local.files.readLink(path) == replicas.remote.files.readLink(path)
    }

    func filesMatch(_ localPath: RemotePath, _ remotePath: RemotePath) async throws(StorageError) -> Bool {
        let local = try await replicas.local.files.openReader(localPath)
        do throws(StorageError) {
            let remote = try await replicas.remote.files.openReader(remotePath)
            let result =
                replicas.comparesSizes ? await Self.match(local, remote) : await Self.linesMatch(local, remote)
            await remote.close()
            await local.close()
            return try result.get()
        } catch {
            await local.close()
            throw error
        }
    }

    /// The same lines, whether they end with LF or CR LF.
    private static func linesMatch(
        _ local: any RemoteReader, _ remote: any RemoteReader
    ) async -> Result<Bool, StorageError> {
        var ours = LineReader(local, blockSize: blockSize)
        var theirs = LineReader(remote, blockSize: blockSize)
        do throws(StorageError) {
            while true {
                try await ours.fill()
                try await theirs.fill()
                let count = min(ours.content.count, theirs.content.count)
                if count == 0 { return .success(ours.content.count == theirs.content.count) }
                guard ours.content.prefix(count) == theirs.content.prefix(count) else { return .success(false) }
                ours.content.removeFirst(count)
                theirs.content.removeFirst(count)
            }
        } catch {
            return .failure(error)
        }
    }

    private static func match(
        _ local: any RemoteReader, _ remote: any RemoteReader
    ) async -> Result<Bool, StorageError> {
        do throws(StorageError) {
            var offset: Int64 = 0
            while true {
                let ours = try await local.read(at: offset, count: blockSize)
                let theirs = try await remote.read(at: offset, count: blockSize)
                guard ours == theirs else { return .success(false) }
                if ours.readableBytes < blockSize { return .success(true) }
                offset += Int64(blockSize)
            }
        } catch {
            return .failure(error)
        }
    }
}
