import FileModel
import NIOCore
import RemoteFileSystem
import SyncCore

/// Small files are read whole and handed to the other side whole, so that each takes as few round trips as the
/// protocol knows, and needs no session while the other side is busy.
extension FileCopier {
    /// Bytes; a file of this size passes a slow line within a few round trips anyway.
    static let largestSmallFile: Int64 = 256 << 10

    var isSmall: Bool {
        order.source.type == .regular && order.source.size <= Self.largestSmallFile && !order.mayResume
            && context.comparesSizes
    }

    // MARK: - To the server

    /// Whether the server may write and look in one go: nothing has to be compared in between.
    var goesWhole: Bool {
        target.side == .remote && isSmall && context.options.verification == .size
            && context.options.durability != .file && !context.conditions.isBlind(.remote)
    }

    /// Whether nothing has to be kept before the rename.
    private var replacesAtOnce: Bool {
        if order.target == nil { return true }
        switch order.keep {
        case .nothing: return true
        case .inTrashIfLinkable: return !target.capabilities.hardLinks
        case .inTrash, .at: return false
        }
    }

    /// - Returns: nil where the file has to go a longer way.
    func placed(replacing: FileAttributes?) async throws(StorageError) -> CopyOutcome? {
        guard goesWhole, replacesAtOnce else { return nil }
        guard let placement = try await placement(replacing: replacing) else { return .changedMeanwhile }
        let outcome = try await withFolders { () throws(StorageError) in try await target.files.place(placement) }
        switch outcome {
        case .placed(let attributes):
            return .copied(sides(noted(placement, attributes)))
        case .nameTaken:
            return try await discarded()
        case .renameRefused(let error):
            _ = try await discarded()
            guard isRefusedRename(error) else { throw error }
            return try await copyInPlace()
        }
    }

    /// Writes the temporary file and leaves it to `publish`.
    ///
    /// - Returns: what the server tells of it; nil when the source is not what the plan saw.
    func storedWhole(replacing: FileAttributes?) async throws(StorageError) -> Entry? {
        guard let placement = try await placement(replacing: replacing) else { return nil }
        let attributes = try await withFolders { () throws(StorageError) in try await target.files.store(placement) }
        return noted(placement, attributes)
    }

    private func placement(replacing: FileAttributes?) async throws(StorageError) -> FilePlacement? {
        guard let (content, found) = try await smallSource(), try await sourceIsUnchanged() else { return nil }
        try await context.bandwidth[.remote]?.pass(content.readableBytes)
        return FilePlacement(
            content, temporary: order.temporary, target: order.path,
            attributes: attributes(replacing: replacing, found: found),
            mode: order.target == nil ? .keepExisting : .replace)
    }

    private func noted(_ placement: FilePlacement, _ attributes: FileAttributes?) -> Entry {
        context.observer?.observe(.transferred(bytes: Int64(placement.content.readableBytes), to: .remote))
        if attributes == nil { context.conditions.update { $0.isBlind = true } }
        return attributes.map { Entry($0) } ?? Entry(type: .regular, size: order.source.size)
    }

    /// The whole source, with the attributes seen when it was opened; nil when it is not what the plan saw.
    private func smallSource() async throws(StorageError) -> (ByteBuffer, FileAttributes?)? {
        let reader = try await source.files.openReader(order.sourcePath)
        let result: Result<ByteBuffer, StorageError>
        do throws(StorageError) {
            result = .success(try await reader.read(at: 0, count: Int(order.source.size) + 1))
        } catch {
            result = .failure(error)
        }
        await reader.close()
        let content = try result.get()
        if let found = reader.attributes, !Entry(found).isSameState(as: order.source) { return nil }
        return content.readableBytes == Int(order.source.size) ? (content, reader.attributes) : nil
    }

    private func attributes(replacing: FileAttributes?, found: FileAttributes?) -> AttributeChanges {
        var changes = AttributeChanges()
        if context.options.keepsTimes, target.capabilities.modificationTimeSetter != nil {
            changes.modified = (found?.modified ?? order.source.modified)?.time
        }
        if target.capabilities.permissions {
            changes.permissions = (replacing ?? found)?.permissions.map { $0 & 0o777 }
        }
        return changes
    }

    // MARK: - From the server

    /// Reads the source in one go and writes the temporary file.
    ///
    /// - Returns: false when the source is not what the plan saw.
    func stageFetched(replacing: FileAttributes?) async throws(StorageError) -> Bool {
        try await context.bandwidth[.local]?.pass(Int(order.source.size))
        let fetched = try await source.files.fetch(order.sourcePath, size: order.source.size)
        guard fetched.content.readableBytes == Int(order.source.size) else { return false }
        if let found = fetched.attributes {
            guard Entry(found).isSameState(as: order.source) else { return false }
        } else if needsSourceCheckAfterwards {
            guard try await sourceIsUnchanged() else { return false }
        }
        let changes = attributes(replacing: replacing, found: fetched.attributes)
        let writer = try await withFolders { () throws(StorageError) in
            try await target.files.openWriter(
                order.temporary, .truncate, permissions: changes.permissions, expectedSize: order.source.size)
        }
        do throws(StorageError) {
            if fetched.content.readableBytes > 0 { try await writer.write(fetched.content, at: 0) }
            var finishing = changes
            if replacing == nil { finishing.permissions = nil }
            if !finishing.isEmpty { try await writer.setAttributes(finishing) }
            if context.options.durability == .file { try await writer.synchronize() }
            try await writer.close()
        } catch {
            await writer.abort()
            throw error
        }
        room.wrote(order.source.size)
        context.observer?.observe(.transferred(bytes: order.source.size, to: .local))
        return true
    }
}
