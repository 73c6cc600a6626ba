public import FileModel
import SFTP

extension SFTPRemote {
    public func readLink(_ path: RemotePath) async throws(StorageError) -> [UInt8] {
        try await idempotent { connection throws(StorageError) in
            let serverPath = self.path(path, on: connection)
            do throws(StorageError) {
                let target = try await connection.readlink(serverPath).bytes
                guard connection.dialect.readlinkAnswersAbsolute else { return target }
                return Self.relative(target, from: serverPath.bytes)
            } catch  where error.code == .failed {
                throw await self.refined(error, serverPath, on: connection) { _ in nil }
            }
        }
    }

    /// A link's target as seen from the link's folder. A relative target means the same on both sides of a mount.
    static func relative(_ target: [UInt8], from link: [UInt8]) -> [UInt8] {
        let slash = UInt8(ascii: "/")
        guard target.first == slash, link.first == slash else { return target }
        let folder = link.split(separator: slash).dropLast()
        let parts = target.split(separator: slash)
        let shared = zip(folder, parts).prefix { $0 == $1 }.count
        let ups = Array(repeating: ArraySlice("..".utf8), count: folder.count - shared)
        return Array((ups + parts.dropFirst(shared)).joined(separator: [slash]))
    }

    public func createSymbolicLink(_ path: RemotePath, target: [UInt8]) async throws(StorageError) {
        try await withSession { connection throws(StorageError) in
            let serverPath = self.path(path, on: connection)
            do throws(StorageError) {
                try await connection.symlink(serverPath, target: SFTPPath(target))
            } catch  where error.code == .failed {
                throw await self.refined(error, serverPath, on: connection, isNew: true) { _ in
                    StorageError(.alreadyExists, "\(path) exists already")
                }
            }
        }
    }

    public func createHardLink(_ path: RemotePath, to existing: RemotePath) async throws(StorageError) {
        try await withSession { connection throws(StorageError) in
            let serverPath = self.path(path, on: connection)
            do throws(StorageError) {
                try await connection.hardlink(serverPath, to: self.path(existing, on: connection))
            } catch  where error.code == .failed {
                throw await self.refined(error, serverPath, on: connection) { _ in
                    StorageError(.alreadyExists, "\(path) exists already")
                }
            }
        }
    }

    public func statistics(_ path: RemotePath) async throws(StorageError) -> FileSystemStatistics {
        try await idempotent { connection throws(StorageError) in
            try await connection.statvfs(self.path(path, on: connection))
        }
    }
}
