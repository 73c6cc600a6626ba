public import Definitions
public import FileModel
public import RemoteFileSystem

/// Opens the remote file systems that definitions describe.
public struct RemoteAssembly: Sendable {
    typealias Opener =
        @Sendable (_ remote: RemoteDefinition, _ folder: RemoteFolder) async throws(StorageError) ->
        any RemoteFileSystem

    private let opener: Opener

    init(opener: @escaping Opener) {
        self.opener = opener
    }

    /// A file system rooted in `folder`; nothing is connected before its first call.
    ///
    /// - Throws: `.configuration` when a secret or a file that the definition names cannot be used.
    public func open(
        _ remote: RemoteDefinition, folder: RemoteFolder
    ) async throws(StorageError) -> any RemoteFileSystem {
        try await opener(remote, folder)
    }
}
