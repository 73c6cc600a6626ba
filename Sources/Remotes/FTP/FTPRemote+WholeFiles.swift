import ConnectionPool
import FTP
public import FileModel
public import RemoteFileSystem

/// Small files in one dialogue.
extension FTPRemote {
    /// The session is free for the next file as soon as the rest of the dialogue is sent, so that both travel together.
    public func place(_ placement: FilePlacement) async throws(StorageError) -> PlacementOutcome {
        let attempt = try await answering.run { () async throws(StorageError) in
            let lease = try await session(.brief, .upload)
            return try await lease.connection.perform { connection throws(StorageError) in
                try await self.place(placement, lease, on: connection)
            }
        }
        switch attempt {
        case .done(let outcome): return outcome
        case .notOffered: return try await placeStepByStep(placement)
        case .notFinished: return try await finishStored(placement)
        // Once more, on its own: for servers that do not rename over a file, and for a reason in words.
        case .notRenamed(let attributes): return try await finish(placement, attributes)
        }
    }

    private enum PlacementAttempt {
        case done(PlacementOutcome)
        /// The session does not handle whole files.
        case notOffered
        /// The content is there; time, mode, size or the target's name are to be seen to.
        case notFinished
        case notRenamed(FileAttributes?)
    }

    private func place(
        _ placement: FilePlacement, _ lease: Lease<FTPConnection>, on connection: isolated FTPConnection
    ) async throws(StorageError) -> PlacementAttempt {
        guard connection.handlesWholeFiles, placement.mode != .exchange else {
            lease.release()
            return .notOffered
        }
        var placed: PlacedFile
        do throws(StorageError) {
            placed = try await connection.place(try order(placement, on: connection))
            lease.release()
        } catch {
            lease.end(error)
            throw error
        }
        if case .finishing(let finishing) = placed {
            guard let finished = try await connection.finish(finishing) else { return .notFinished }
            placed = finished
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

    /// Sees to the rest of a stored file one thing after the other.
    private func finishStored(_ placement: FilePlacement) async throws(StorageError) -> PlacementOutcome {
        let changes = placement.attributes
        let seen = try await idempotent { connection throws(StorageError) in
            try await connection.complete(
                try await self.path(placement.temporary, on: connection), modified: changes.modified,
                permissions: changes.permissions)
        }
        try placement.check(seen)
        return try await finish(placement, seen)
    }

    // MARK: - Fetching

    public func fetch(_ path: RemotePath, size: Int64) async throws(StorageError) -> FetchedFile {
        while true {
            let (connection, fetched) = try await answering.run { () async throws(StorageError) in
                let lease = try await session(.brief, .download)
                let fetched = try await lease.connection.perform { connection throws(StorageError) in
                    try await self.fetch(path, size: size, lease, on: connection)
                }
                return (lease.connection, fetched)
            }
            guard let fetched else { return try await fetchStepByStep(path, size: size) }
            if let file = try await self.file(fetched, path) { return file }
            await connection.keepHalvesOpen()
        }
    }

    /// What was fetched, and what the server says of it.
    private struct Fetched: Sendable {
        var content: FTPFetched
        var attributes: FileAttributes?
        /// The server has more to tell.
        var isSeen: Bool
    }

    /// - Returns: nil where it did not come whole for all that is known.
    private func file(_ fetched: Fetched, _ path: RemotePath) async throws(StorageError) -> FetchedFile? {
        let content = fetched.content.content
        var attributes = fetched.attributes
        if !fetched.isSeen {
            attributes = try await idempotent { connection throws(StorageError) in
                try await connection.look(at: try await self.path(path, on: connection))
            }
        }
        if fetched.content.needsProof, attributes?.size != Int64(content.readableBytes) { return nil }
        return FetchedFile(content: content, attributes: attributes)
    }

    /// - Returns: nil where the session does not handle whole files.
    private func fetch(
        _ path: RemotePath, size: Int64, _ lease: Lease<FTPConnection>, on connection: isolated FTPConnection
    ) async throws(StorageError) -> Fetched? {
        guard connection.handlesWholeFiles else {
            lease.release()
            return nil
        }
        let fetched: FTPFetched
        do throws(StorageError) {
            fetched = try await connection.fetch(try self.path(path, on: connection), size: size)
            lease.release()
        } catch {
            lease.end(error)
            throw error
        }
        switch fetched.look {
        case .attributes(let attributes): return Fetched(content: fetched, attributes: attributes, isSeen: true)
        case .pending(let look):
            let attributes = try await connection.attributes(look)
            return Fetched(content: fetched, attributes: attributes, isSeen: attributes != nil)
        }
    }
}
