public import Definitions
public import FileModel
public import RemoteFileSystem

/// Opens the remote file systems that definitions describe.
public struct RemoteAssembly: Sendable {
    typealias Opener =
        @Sendable (_ remote: RemoteDefinition, _ folder: RemoteFolder, _ purpose: RemotePurpose)
        async throws(StorageError) -> any RemoteFileSystem

    private let opener: Opener

    init(opener: @escaping Opener) {
        self.opener = opener
    }

    /// A file system rooted in `folder`; nothing is connected before its first call.
    ///
    /// - Throws: `.configuration` when a secret or a file that the definition names cannot be used.
    public func open(
        _ remote: RemoteDefinition, folder: RemoteFolder, for purpose: RemotePurpose = .run
    ) async throws(StorageError) -> any RemoteFileSystem {
        try await opener(remote, folder, purpose)
    }
}

/// Who waits for the answers.
public enum RemotePurpose: Sendable {
    /// A run that is patient: it has all its work ahead of it, and an end.
    case run
    /// A mount: programs wait for each call, within `timeout`, and expect the server back when it is.
    case mount
}
