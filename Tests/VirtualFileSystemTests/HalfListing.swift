import FileModel
import NIOCore
import RemoteFileSystem

/// A server whose listing breaks off in the middle.
struct HalfListing: RemoteFileSystem {
    func capabilities() async throws(StorageError) -> Capabilities {
        Capabilities(family: .ftp, identity: "memory://half")
    }

    func attributes(of path: RemotePath) async throws(StorageError) -> FileAttributes {
        FileAttributes(type: .directory)
    }

    func list(
        _ path: RemotePath, receive: @Sendable ([DirectoryEntry]) async throws(StorageError) -> Void
    ) async throws(StorageError) {
        try await receive([DirectoryEntry(name: FileName("a"), attributes: FileAttributes(type: .regular))])
        throw StorageError(.connectionLost, "cut")
    }

    private var unsupported: StorageError { .unsupported("this") }

    func openReader(_ path: RemotePath) async throws(StorageError) -> any RemoteReader { throw unsupported }
    func openWriter(
        _ path: RemotePath, _ disposition: WriteDisposition, permissions: UInt16?, expectedSize: Int64?
    ) async throws(StorageError) -> any RemoteWriter { throw unsupported }
    func createDirectory(_ path: RemotePath, permissions: UInt16?) async throws(StorageError) { throw unsupported }
    func removeDirectory(_ path: RemotePath) async throws(StorageError) { throw unsupported }
    func removeFile(_ path: RemotePath) async throws(StorageError) { throw unsupported }
    func rename(_ source: RemotePath, to target: RemotePath, mode: RenameMode) async throws(StorageError) {
        throw unsupported
    }
    func setAttributes(_ path: RemotePath, _ changes: AttributeChanges) async throws(StorageError) { throw unsupported }
    func readLink(_ path: RemotePath) async throws(StorageError) -> [UInt8] { throw unsupported }
    func createSymbolicLink(_ path: RemotePath, target: [UInt8]) async throws(StorageError) { throw unsupported }
    func createHardLink(_ path: RemotePath, to existing: RemotePath) async throws(StorageError) { throw unsupported }
    func statistics(_ path: RemotePath) async throws(StorageError) -> FileSystemStatistics { throw unsupported }
    func shutdown() async {}
}
