import FileModel
import NIOCore
import RemoteFileSystem

/// The server as it will be once everything pending is uploaded: what the volume sees of it with write-back.
struct WriteBackRemote: RemoteFileSystem {
    let server: any RemoteFileSystem
    let pending: WriteBack

    func capabilities() async throws(StorageError) -> Capabilities { try await server.capabilities() }

    // MARK: - Looking

    func attributes(of path: RemotePath) async throws(StorageError) -> FileAttributes {
        if let file = pending.newest(at: path) { return file.attributes(pending.capabilities) }
        return try await server.attributes(of: path)
    }

    func list(
        _ path: RemotePath, receive: @Sendable ([DirectoryEntry]) async throws(StorageError) -> Void
    ) async throws(StorageError) {
        let overlay = ListingOverlay(path, pending)
        try await server.list(path) { batch async throws(StorageError) in
            let shown = overlay.shown(batch)
            if !shown.isEmpty { try await receive(shown) }
        }
        let rest = overlay.rest()
        if !rest.isEmpty { try await receive(rest) }
    }

    func readLink(_ path: RemotePath) async throws(StorageError) -> [UInt8] {
        if pending.isPending(path) { throw StorageError(.invalidArgument, "\(path) is not a link") }
        return try await server.readLink(path)
    }

    func statistics(_ path: RemotePath) async throws(StorageError) -> FileSystemStatistics {
        try await server.statistics(path)
    }

    // MARK: - Content

    func openReader(_ path: RemotePath) async throws(StorageError) -> any RemoteReader {
        if let (content, file) = pending.content(at: path) {
            return PendingReader(content: content, attributes: file.attributes(pending.capabilities))
        }
        return try await server.openReader(path)
    }

    func fetch(_ path: RemotePath, size: Int64) async throws(StorageError) -> FetchedFile {
        if let (content, file) = pending.content(at: path) {
            return FetchedFile(
                content: try content.read(at: 0, count: Int(min(size, content.size)) + 1),
                attributes: file.attributes(pending.capabilities))
        }
        return try await server.fetch(path, size: size)
    }

    func checksum(of path: RemotePath, size: Int64) async throws(StorageError) -> FileChecksum? {
        pending.isPending(path) ? nil : try await server.checksum(of: path, size: size)
    }

    func openWriter(
        _ path: RemotePath, _ disposition: WriteDisposition, permissions: UInt16?, expectedSize: Int64?
    ) async throws(StorageError) -> any RemoteWriter {
        try await pending.settle(path)
        return try await server.openWriter(
            path, disposition, permissions: permissions, expectedSize: expectedSize)
    }

    func place(_ placement: FilePlacement) async throws(StorageError) -> PlacementOutcome {
        try await pending.settle(placement.target)
        return try await server.place(placement)
    }

    // MARK: - Names

    func createDirectory(_ path: RemotePath, permissions: UInt16?) async throws(StorageError) {
        try refuse(path)
        try await server.createDirectory(path, permissions: permissions)
    }

    func createSymbolicLink(_ path: RemotePath, target: [UInt8]) async throws(StorageError) {
        try refuse(path)
        try await server.createSymbolicLink(path, target: target)
    }

    func createHardLink(_ path: RemotePath, to existing: RemotePath) async throws(StorageError) {
        try refuse(path)
        try await pending.settle(existing)
        try await server.createHardLink(path, to: existing)
    }

    private func refuse(_ path: RemotePath) throws(StorageError) {
        if pending.isPending(path) { throw StorageError(.alreadyExists, "\(path) exists") }
    }

    func removeDirectory(_ path: RemotePath) async throws(StorageError) {
        try refuseAbove(path)
        try await server.removeDirectory(path)
    }

    func refuseAbove(_ path: RemotePath) throws(StorageError) {
        if !pending.withState({ $0.files.below(path).isEmpty }) {
            throw StorageError(.notEmpty, "\(path) is not empty")
        }
    }

    func removeFile(_ path: RemotePath) async throws(StorageError) {
        guard pending.isPending(path) else { return try await server.removeFile(path) }
        try await pending.exclusively([path]) { () async throws(StorageError) in
            guard let file = pending.newest(at: path) else { return try await server.removeFile(path) }
            if file.mayBeOnServer { try await removeOlder(path) }
            await pending.withdraw(file)
        }
    }

    /// What the server has under the name of a pending file, if it has anything.
    private func removeOlder(_ path: RemotePath) async throws(StorageError) {
        do throws(StorageError) {
            try await server.removeFile(path)
        } catch  where error.code == .notFound {}
    }

    // MARK: - Attributes

    func setAttributes(_ path: RemotePath, _ changes: AttributeChanges) async throws(StorageError) {
        guard pending.isPending(path) else {
            try await server.setAttributes(path, changes)
            return pending.noteFolder(path, changes)
        }
        if changes.size != nil || changes.owner != nil || changes.group != nil {
            try await pending.settle(path)
            return try await server.setAttributes(path, changes)
        }
        try await pending.exclusively([path]) { () async throws(StorageError) in
            guard let file = pending.newest(at: path) else { return try await server.setAttributes(path, changes) }
            try await pending.update(file) { record in
                record.permissions = changes.permissions ?? record.permissions
                record.modified = changes.modified?.seconds ?? record.modified
            }
        }
    }

    // MARK: - The connection

    func expect(calls: Int) { server.expect(calls: calls) }
    func expect(uploadOf size: Int64) { server.expect(uploadOf: size) }
    func hasRoomForMore() -> Bool { server.hasRoomForMore() }

    func distrustIdleConnections() { server.distrustIdleConnections() }
    func shutdown() async { await server.shutdown() }
}
