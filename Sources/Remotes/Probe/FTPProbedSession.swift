import FTP
import FileModel
import NIOCore

struct FTPProbedSession: ProbedSession {
    let connection: FTPConnection

    func makeFolder(_ path: RemotePath) async throws(StorageError) { try await connection.makeDirectory(path) }
    func removeFolder(_ path: RemotePath) async throws(StorageError) { try await connection.removeDirectory(path) }
    func remove(_ path: RemotePath) async throws(StorageError) { try await connection.delete(path) }

    func write(_ text: String, to path: RemotePath, at offset: Int64?) async throws(StorageError) {
        try await store(text, path, offset.map(UploadStart.offset) ?? .empty)
    }

    private func store(_ text: String, _ path: RemotePath, _ start: UploadStart) async throws(StorageError) {
        let upload = try await connection.store(path, start)
        try await upload.write(ByteBuffer(string: text))
        try await upload.finish()
    }

    func read(_ path: RemotePath, from offset: Int64) async throws(StorageError) -> String {
        let download = try await connection.retrieve(path, from: offset)
        var text = ByteBuffer()
        while let bytes = try await download.next() { text.writeImmutableBuffer(bytes) }
        return String(buffer: text)
    }

    func exists(_ path: RemotePath) async throws(StorageError) -> Bool {
        do throws(StorageError) {
            _ = try await connection.attributes(of: path)
            return true
        } catch  where error.code == .notFound {
            return false
        }
    }

    func replace(_ target: RemotePath, by source: RemotePath) async throws(StorageError) {
        try await connection.rename(source, to: target)
    }

    func set(_ time: Timestamp, of path: RemotePath) async throws(StorageError) -> String? {
        do throws(StorageError) {
            return try await connection.setModificationTime(time, of: path).rawValue
        } catch  where !error.isSessionFault {
            return nil
        }
    }

    func time(of path: RemotePath) async throws(StorageError) -> Timestamp? {
        do throws(StorageError) {
            return try await connection.modificationTime(of: path).time
        } catch  where !error.isSessionFault {
            return nil
        }
    }

    func measureMore(
        _ result: inout MeasuredServer, in folder: RemotePath, sample: RemotePath
    ) async throws(StorageError) {
        result.listing = try await connection.measureListing(folder)
        let other = folder.appending(try FileName("other"))
        do throws(StorageError) {
            try await store("01", other, .empty)
            try await store("23", other, .end)
            result.appends = try await read(other, from: 0) == "0123"
        } catch  where !error.isSessionFault {
            result.appends = false
        }
    }
}
