import ConnectionPool
import FTP
public import FileModel
public import RemoteFileSystem

/// Small files in one dialogue.
extension FTPRemote {
    /// The session is free for the next file as soon as the rename is sent, so that both travel together.
    public func place(_ placement: FilePlacement) async throws(StorageError) -> PlacementOutcome {
        let lease = try await session(.bulk, .upload)
        let connection = lease.connection
        guard await connection.handlesWholeFiles, placement.mode != .exchange else {
            lease.release()
            return try await placeStepByStep(placement)
        }
        let placed: PlacedFile
        do throws(StorageError) {
            placed = try await connection.place(try await order(placement, on: connection))
            lease.release()
        } catch {
            lease.end(error)
            throw error
        }
        guard case .renaming(let rename, let attributes) = placed else { return .nameTaken }
        do throws(StorageError) {
            try await rename.verdict()
            return .placed(attributes)
        } catch {
            if error.isSessionFault { throw error }
            // Once more, on its own: for servers that do not rename over a file, and for a reason in words.
            return try await finish(placement, attributes)
        }
    }

    private func order(
        _ placement: FilePlacement, on connection: FTPConnection
    ) async throws(StorageError) -> FTPPlacement {
        FTPPlacement(
            placement.content, temporary: try await path(placement.temporary, on: connection),
            target: try await path(placement.target, on: connection), modified: placement.attributes.modified,
            permissions: placement.attributes.permissions, replaces: placement.mode == .replace)
    }

    public func fetch(_ path: RemotePath, size: Int64) async throws(StorageError) -> FetchedFile {
        let lease = try await session(.bulk, .download)
        let connection = lease.connection
        guard await connection.handlesWholeFiles else {
            lease.release()
            return try await fetchStepByStep(path, size: size)
        }
        do throws(StorageError) {
            let found = try await connection.fetch(try await self.path(path, on: connection), size: size)
            lease.release()
            return FetchedFile(content: found.content, attributes: found.attributes)
        } catch {
            lease.end(error)
            throw error
        }
    }
}
