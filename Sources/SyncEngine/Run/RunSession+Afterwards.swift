import FileModel
import NIOCore
import RemoteFileSystem
import SyncCore

extension RunSession {
    /// What follows once all steps are done. None of it may turn a good run into a bad one.
    func afterwards() async throws(StorageError) {
        try archive.updateHeader { $0.hasRun = true }
        if report.counters.changes + report.counters.adopted > 0 { ArchiveFile.keepGoodState(archive) }
        if options.deletesEmptyFolders { await removeEmptiedFolders() }
        try await dropUnusedTemporaries()
        await reapOldTemporaries()
        await purgeTrash()
        if options.triggerFile != nil, report.counters.failed == 0, lostSession == nil { await writeTrigger() }
    }

    /// Folders at the source that lost their last file in this run, and then those above them.
    private func removeEmptiedFolders() async {
        guard let source = options.mode.source else { return }
        var waiting = emptied.sorted { $0.depth > $1.depth }
        var seen = emptied
        while !waiting.isEmpty {
            let folder = waiting.removeFirst()
            guard !folder.isRoot, await removeIfEmpty(folder, on: source), let parent = folder.parent,
                seen.insert(parent).inserted
            else { continue }
            let position = waiting.firstIndex { $0.depth < parent.depth } ?? waiting.count
            waiting.insert(parent, at: position)
        }
    }

    private func removeIfEmpty(_ folder: RemotePath, on side: Side) async -> Bool {
        do throws(StorageError) {
            try await replicas[side].files.removeDirectory(folder)
            var record = Record(local: nil, remote: nil, syncedAt: run.now(), state: .tombstone)
            record.entries[side.other] = Entry(type: .directory)
            try archive.apply([.set(folder, record)])
            return true
        } catch {
            return false
        }
    }

    /// Temporary files of interrupted operations that no step of this run took up.
    private func dropUnusedTemporaries() async throws(StorageError) {
        for side in Side.allCases {
            for intent in resumable[side].values {
                try? await replicas[side].files.removeFile(intent.temporary)
                try archive.removeIntent(intent.operation)
            }
            resumable[side] = [:]
        }
    }

    /// Our own temporary files that are a day old belong to no run any more.
    private func reapOldTemporaries() async {
        for side in Side.allCases {
            for (path, entry) in found.temporaries[side] {
                guard let modified = entry.modified, run.now().duration(since: modified.time) > .seconds(86_400)
                else { continue }
                try? await replicas[side].files.removeFile(path)
            }
        }
    }

    private func purgeTrash() async {
        for side in Side.allCases where found.hasTrash[side] {
            do throws(StorageError) {
                try await TrashBin.purge(replicas[side], olderThan: options.trashDays, now: run.now())
            } catch {
                warn("old files in the trash of the \(side.rawValue) side could not be deleted: \(error.message)")
            }
        }
    }

    /// Says to whoever watches the destination that the run is complete.
    private func writeTrigger() async {
        guard let path = options.triggerFile else { return }
        let files = replicas[options.mode.source?.other ?? .remote].files
        do throws(StorageError) {
            let writer = try await files.openWriter(path, .truncate, permissions: nil, expectedSize: nil)
            try await writer.write(ByteBuffer(string: "\(UTCStamp(run.now()))\n"), at: 0)
            try await writer.close()
        } catch {
            note(SyncProblem(path, error))
        }
    }
}
