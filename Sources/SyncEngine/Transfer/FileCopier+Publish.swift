import FileModel
import RemoteFileSystem
import SyncCore

extension FileCopier {
    /// Renames the temporary file into place, after keeping what stands there as the order says.
    ///
    /// - Returns: false when something appeared under the name meanwhile.
    func publish() async throws(StorageError) -> Bool {
        let isFree = try await keepTarget()
        do throws(StorageError) {
            try await target.files.rename(order.temporary, to: order.path, mode: isFree ? .keepExisting : .replace)
            return true
        } catch  where error.code == .alreadyExists {
            return false
        } catch  where error.code == .unsupported && isFree {
            guard try await target.entry(at: order.path) == nil else { return false }
            try await target.files.rename(order.temporary, to: order.path, mode: .replace)
            return true
        }
    }

    /// Whether the trash gets its folders meanwhile: on a slow line it has them by the time the temporary file stands.
    var preparesTrash: Bool {
        order.target != nil && (order.keep == .inTrash || order.keep == .inTrashIfLinkable)
            && target.side == .remote && target.capabilities.hardLinks
    }

    /// - Returns: whether the name is free now.
    private func keepTarget() async throws(StorageError) -> Bool {
        guard order.target != nil else { return true }
        switch order.keep {
        case .nothing:
            return false
        case .inTrashIfLinkable:
            _ = try await context.trash[target.side].link(order.path)
            return false
        case .inTrash:
            if try await context.trash[target.side].link(order.path) { return false }
            try await context.trash[target.side].take(order.path)
            return true
        case .at(let place):
            return try await !keepLoser(at: place)
        }
    }

    /// - Returns: whether the old name still stands for the content too.
    private func keepLoser(at place: RemotePath) async throws(StorageError) -> Bool {
        if target.capabilities.hardLinks {
            do throws(StorageError) {
                try await target.files.createHardLink(place, to: order.path)
                return true
            } catch  where !error.isSessionFault && error.code != .alreadyExists {
            }
        }
        try await target.files.rename(order.path, to: place, mode: .keepExisting)
        return false
    }

    /// Whether the server refused to rename a file that it just took: then the file is written in place.
    func isRefusedRename(_ error: StorageError) -> Bool {
        guard target.side == .remote, order.target == nil else { return false }
        return [.unsupported, .permissionDenied, .failed].contains(error.code)
    }

    /// Writes under the final name, for servers that refuse renames and where the user wants it so.
    ///
    /// - Throws: where content would be overwritten that must stay recoverable.
    func copyInPlace() async throws(StorageError) -> CopyOutcome {
        switch order.keep {
        case .nothing, .inTrashIfLinkable: break
        case .inTrash where order.target != nil: try await context.trash[target.side].take(order.path)
        case .at(let place) where order.target != nil:
            try await target.files.rename(order.path, to: place, mode: .keepExisting)
        case .inTrash, .at: break
        }
        var direct = order
        direct.temporary = order.path
        direct.mayResume = false
        let copier = FileCopier(context: context, order: direct)
        guard try await copier.stage(replacing: nil), try await sourceIsUnchanged() else {
            if order.target == nil { try? await target.files.removeFile(order.path) }
            return .changedMeanwhile
        }
        let entry = try await copier.verified()
        if !context.conditions.writesInPlace(target.side), target.names.usesTemporaries {
            context.conditions.update { $0.writesInPlace = true }
        }
        return .copied(sides(entry))
    }

    /// A link is made under the temporary name and renamed like a file.
    func copyLink() async throws(StorageError) -> CopyOutcome {
        let content = try await source.files.readLink(order.sourcePath)
        do throws(StorageError) {
            try await withFolders { () throws(StorageError) in
                try await target.files.createSymbolicLink(order.temporary, target: content)
            }
            guard let entry = try await target.entry(at: order.temporary), try await publish() else {
                try await target.files.removeFile(order.temporary)
                return .changedMeanwhile
            }
            return .copied(sides(entry))
        } catch {
            if !error.isSessionFault { try? await target.files.removeFile(order.temporary) }
            throw error
        }
    }
}
