import FileModel
import RemoteFileSystem

extension WriteBackRemote {
    /// Renames, in the journal what is only there. The caller keeps both places to itself (`WriteBack.exclusively`)
    /// until it has noted the new names as well.
    func rename(_ source: RemotePath, to target: RemotePath, mode: RenameMode) async throws(StorageError) {
        let (moving, covered) = (pending.newest(at: source), pending.newest(at: target))
        guard let moving else { return try await renameOnServer(source, to: target, mode, covered) }
        if mode == .keepExisting, covered != nil { throw StorageError(.alreadyExists, "\(target) exists") }
        guard mode != .exchange, !moving.mayBeOnServer else {
            try await pending.finish([moving, covered])
            return try await renameOnServer(source, to: target, mode, nil)
        }
        let base: RescueRecord.Base
        if let covered { base = covered.record.base } else { base = try await self.base(target, mode) }
        try await pending.move(moving, to: target, over: base)
        if let covered { await pending.withdraw(covered) }
    }

    /// What a pending file is about to replace.
    private func base(_ target: RemotePath, _ mode: RenameMode) async throws(StorageError) -> RescueRecord.Base {
        let found: FileAttributes
        do throws(StorageError) {
            found = try await server.attributes(of: target)
        } catch  where error.code == .notFound {
            return .absent
        }
        if mode == .keepExisting { throw StorageError(.alreadyExists, "\(target) exists") }
        if found.isDirectory { throw StorageError(.isDirectory, "\(target) is a directory") }
        return .init(found)
    }

    private func renameOnServer(
        _ source: RemotePath, to target: RemotePath, _ mode: RenameMode, _ covered: PendingFile?
    ) async throws(StorageError) {
        if covered != nil, mode == .keepExisting { throw StorageError(.alreadyExists, "\(target) exists") }
        if mode == .exchange { try await pending.finish([covered]) } else { try refuseAbove(target) }
        try await server.rename(source, to: target, mode: mode)
        if let covered, mode == .replace { await pending.withdraw(covered) }
        try await pending.moveBelow(source, to: target, isExchange: mode == .exchange)
    }
}
