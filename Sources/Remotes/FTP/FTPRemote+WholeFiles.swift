import ConnectionPool
import FTP
public import FileModel
public import RemoteFileSystem

/// Small files in one dialogue.
extension FTPRemote {
    /// The session is free for the next file as soon as the rename is sent, so that both travel together.
    public func place(_ placement: FilePlacement) async throws(StorageError) -> PlacementOutcome {
        let lease = try await session(.bulk, .upload)
        let attempt = try await lease.connection.perform { connection throws(StorageError) in
            try await self.place(placement, lease, on: connection)
        }
        switch attempt {
        case .done(let outcome): return outcome
        case .notOffered: return try await placeStepByStep(placement)
        // Once more, on its own: for servers that do not rename over a file, and for a reason in words.
        case .notRenamed(let attributes): return try await finish(placement, attributes)
        }
    }

    private enum PlacementAttempt {
        case done(PlacementOutcome)
        /// The session does not handle whole files.
        case notOffered
        case notRenamed(FileAttributes?)
    }

    private func place(
        _ placement: FilePlacement, _ lease: Lease<FTPConnection>, on connection: isolated FTPConnection
    ) async throws(StorageError) -> PlacementAttempt {
        guard connection.handlesWholeFiles, placement.mode != .exchange else {
            lease.release()
            return .notOffered
        }
        let placed: PlacedFile
        do throws(StorageError) {
            placed = try await connection.place(try order(placement, on: connection))
            lease.release()
        } catch {
            lease.end(error)
            throw error
        }
        guard case .renaming(let rename, let attributes) = placed else { return .done(.nameTaken) }
        do throws(StorageError) {
            try await connection.verdict(on: rename)
            return .done(.placed(attributes))
        } catch {
            if error.isSessionFault { throw error }
            return .notRenamed(attributes)
        }
    }

    private func order(
        _ placement: FilePlacement, on connection: isolated FTPConnection
    ) throws(StorageError) -> FTPPlacement {
        FTPPlacement(
            placement.content, temporary: try path(placement.temporary, on: connection),
            target: try path(placement.target, on: connection), modified: placement.attributes.modified,
            permissions: placement.attributes.permissions, replaces: placement.mode == .replace)
    }

    public func fetch(_ path: RemotePath, size: Int64) async throws(StorageError) -> FetchedFile {
        let lease = try await session(.bulk, .download)
        let fetched = try await lease.connection.perform { connection throws(StorageError) in
            try await self.fetch(path, size: size, lease, on: connection)
        }
        if let fetched { return fetched }
        return try await fetchStepByStep(path, size: size)
    }

    /// - Returns: nil where the session does not handle whole files.
    private func fetch(
        _ path: RemotePath, size: Int64, _ lease: Lease<FTPConnection>, on connection: isolated FTPConnection
    ) async throws(StorageError) -> FetchedFile? {
        guard connection.handlesWholeFiles else {
            lease.release()
            return nil
        }
        do throws(StorageError) {
            let found = try await connection.fetch(try self.path(path, on: connection), size: size)
            lease.release()
            return FetchedFile(content: found.content, attributes: found.attributes)
        } catch {
            lease.end(error)
            throw error
        }
    }
}
