import FileModel
import NIOCore
import SFTP

struct SFTPProbedSession: ProbedSession {
    let connection: SFTPConnection
    /// Before every path: `/`, or the login folder.
    let root: RemoteFolder

    private func path(_ path: RemotePath) -> SFTPPath {
        SFTPPath(root.onServer(path, loginFolder: connection.loginFolder.bytes))
    }

    func makeFolder(_ path: RemotePath) async throws(StorageError) { try await connection.mkdir(self.path(path)) }
    func removeFolder(_ path: RemotePath) async throws(StorageError) { try await connection.rmdir(self.path(path)) }
    func remove(_ path: RemotePath) async throws(StorageError) { try await connection.remove(self.path(path)) }

    func write(_ text: String, to path: RemotePath, at offset: Int64?) async throws(StorageError) {
        let flags: SFTPOpenFlags = offset == nil ? [.write, .create, .truncate] : [.write]
        let handle = try await connection.open(self.path(path), flags)
        do throws(StorageError) {
            try await connection.write(handle, ByteBuffer(string: text), at: offset ?? 0)
        } catch {
            connection.closeLater(handle)
            throw error
        }
        try await connection.close(handle)
    }

    func read(_ path: RemotePath, from offset: Int64) async throws(StorageError) -> String {
        let handle = try await connection.open(self.path(path), .read)
        defer { connection.closeLater(handle) }
        return String(buffer: try await connection.read(handle, at: offset, count: 64))
    }

    func exists(_ path: RemotePath) async throws(StorageError) -> Bool {
        do throws(StorageError) {
            _ = try await connection.lstat(self.path(path))
            return true
        } catch  where !error.isSessionFault {
            return false
        }
    }

    func replace(_ target: RemotePath, by source: RemotePath) async throws(StorageError) {
        try await connection.rename(path(source), to: path(target))
    }

    func set(_ time: Timestamp, of path: RemotePath) async throws(StorageError) -> String? {
        let seconds = UInt32(clamping: time.seconds)
        do throws(StorageError) {
            let times = SFTPAttributes.Times(accessed: seconds, modified: seconds)
            try await connection.setstat(self.path(path), SFTPAttributes(times: times))
            return "setstat"
        } catch  where !error.isSessionFault {
            return nil
        }
    }

    func time(of path: RemotePath) async throws(StorageError) -> Timestamp? {
        try await connection.lstat(self.path(path)).times.map { Timestamp(seconds: Int64($0.modified)) }
    }

    func measureMore(
        _ result: inout MeasuredServer, in folder: RemotePath, sample: RemotePath
    ) async throws(StorageError) {
        result.extensions = connection.extensions.map(\.name).sorted()
        result.blockSize = connection.limits.readLength
        guard connection.offers(.posixRename) else { return }
        let other = folder.appending(try FileName("other"))
        try await write("9876543210", to: other, at: nil)
        do throws(StorageError) {
            try await connection.posixRename(path(other), to: path(sample))
            result.replacesAtomically = try await read(sample, from: 0) == "9876543210"
        } catch  where !error.isSessionFault {
            result.replacesAtomically = false
        }
        try await write("0123456789", to: sample, at: nil)
    }
}
