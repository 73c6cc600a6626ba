import FileModel
import RemoteFileSystem

/// Where something is to be put on a server.
enum RemotePlace {
    /// An existing folder takes it under its own name, anything else is its new name, as with cp(1).
    ///
    /// - Throws: `.notFound` when the folder above does not exist.
    static func destination(
        _ path: RemotePath, for name: FileName?, in session: FileSession
    ) async throws(StorageError) -> RemotePath {
        if try await isFolder(path, in: session) { return name.map(path.appending) ?? path }
        if let parent = path.parent, try await isMissing(parent, in: session) {
            throw StorageError(
                .notFound, "the folder \(session.shown(parent)) does not exist: make it with syncctl mkdir -p")
        }
        return path
    }

    static func isFolder(_ path: RemotePath, in session: FileSession) async throws(StorageError) -> Bool {
        do throws(StorageError) {
            let attributes = try await session.files.attributes(of: path)
            if attributes.type != .symbolicLink { return attributes.isDirectory }
            // Only what is a folder can be listed.
            try await session.files.list(path) { _ in }
            return true
        } catch  where !error.isSessionFault {
            // Drop folders may refuse to tell what is in them.
            return false
        }
    }

    private static func isMissing(_ path: RemotePath, in session: FileSession) async throws(StorageError) -> Bool {
        guard !path.isRoot else { return false }
        do throws(StorageError) {
            _ = try await session.files.attributes(of: path)
            return false
        } catch  where error.code == .notFound {
            return true
        } catch  where !error.isSessionFault {
            return false
        }
    }
}
