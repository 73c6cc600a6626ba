public import FileModel
public import NIOCore

/// A small file whose content is at hand, to be stored so that its name holds the old or the new content at every
/// moment: it is written under a temporary name beside the target, looked at, and renamed.
public struct FilePlacement: Sendable {
    /// Nobody else uses this name; a file that has it is overwritten.
    public var temporary: RemotePath
    public var target: RemotePath
    public var content: ByteBuffer
    /// Time and mode the file is to have; what the server cannot set is left out.
    public var attributes: AttributeChanges
    /// `.keepExisting` or `.replace`.
    public var mode: RenameMode

    public init(
        _ content: ByteBuffer, temporary: RemotePath, target: RemotePath, attributes: AttributeChanges,
        mode: RenameMode
    ) {
        self.content = content
        self.temporary = temporary
        self.target = target
        self.attributes = attributes
        self.mode = mode
    }
}

/// What became of a `FilePlacement`. In the last two cases the temporary file stays, complete.
public enum PlacementOutcome: Sendable {
    /// The file has its name. Its attributes as the server told them before the rename; nil where it does not tell.
    case placed(FileAttributes?)
    /// Something has the name already, which was to be kept.
    case nameTaken
    /// The server took the file, but does not rename it.
    case renameRefused(StorageError)
}

extension PlacementOutcome {
    /// What the rename that ends a placement came to.
    ///
    /// - Throws: what ended the session.
    public static func ofRename(
        _ attributes: FileAttributes?, _ rename: () async throws(StorageError) -> Void
    ) async throws(StorageError) -> PlacementOutcome {
        do throws(StorageError) {
            try await rename()
            return .placed(attributes)
        } catch {
            if error.isSessionFault { throw error }
            return error.code == .alreadyExists ? .nameTaken : .renameRefused(error)
        }
    }
}

/// A small file that was read in one piece.
public struct FetchedFile: Sendable {
    public var content: ByteBuffer
    /// As the server told them after the content was read; nil where that takes a question of its own.
    public var attributes: FileAttributes?

    public init(content: ByteBuffer, attributes: FileAttributes?) {
        self.content = content
        self.attributes = attributes
    }
}

// MARK: - Step by step

extension RemoteFileSystem {
    public func place(_ placement: FilePlacement) async throws(StorageError) -> PlacementOutcome {
        try await placeStepByStep(placement)
    }

    /// For remotes and settings that have no shorter way.
    public func placeStepByStep(_ placement: FilePlacement) async throws(StorageError) -> PlacementOutcome {
        try await finish(placement, try await store(placement))
    }

    public func store(_ placement: FilePlacement) async throws(StorageError) -> FileAttributes? {
        try await write(placement)
        let attributes = try await attributesUnlessHidden(placement.temporary)
        try placement.check(attributes)
        return attributes
    }

    /// Renames a temporary file that is complete and was looked at.
    public func finish(
        _ placement: FilePlacement, _ attributes: FileAttributes?
    ) async throws(StorageError) -> PlacementOutcome {
        try await .ofRename(attributes) { () throws(StorageError) in
            try await rename(placement.temporary, to: placement.target, mode: placement.mode)
        }
    }

    private func write(_ placement: FilePlacement) async throws(StorageError) {
        let writer = try await openWriter(
            placement.temporary, .truncate, permissions: placement.attributes.permissions,
            expectedSize: Int64(placement.content.readableBytes))
        do throws(StorageError) {
            if placement.content.readableBytes > 0 { try await writer.write(placement.content, at: 0) }
            if !placement.attributes.isEmpty { try await writer.setAttributes(placement.attributes) }
            try await writer.close()
        } catch {
            await writer.abort()
            throw error
        }
    }

    /// nil in a folder that may be written to but not looked at.
    private func attributesUnlessHidden(_ path: RemotePath) async throws(StorageError) -> FileAttributes? {
        do throws(StorageError) {
            return try await attributes(of: path)
        } catch  where [.permissionDenied, .unsupported, .notFound].contains(error.code) {
            return nil
        }
    }

    public func fetch(_ path: RemotePath, size: Int64) async throws(StorageError) -> FetchedFile {
        try await fetchStepByStep(path, size: size)
    }

    /// For remotes and settings that have no shorter way.
    public func fetchStepByStep(_ path: RemotePath, size: Int64) async throws(StorageError) -> FetchedFile {
        let reader = try await openReader(path)
        do throws(StorageError) {
            let content = try await reader.read(at: 0, count: Int(size) + 1)
            await reader.close()
            return FetchedFile(content: content, attributes: nil)
        } catch {
            await reader.close()
            throw error
        }
    }
}

extension FilePlacement {
    /// - Throws: `.corrupted` when the server tells another size than was sent.
    public func check(_ attributes: FileAttributes?) throws(StorageError) {
        guard let attributes, attributes.size != Int64(content.readableBytes) else { return }
        throw StorageError(
            .corrupted,
            "\(target) arrived with \(attributes.size) bytes instead of \(content.readableBytes)")
    }
}
