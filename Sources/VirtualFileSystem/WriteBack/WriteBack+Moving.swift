import FileModel
import RemoteFileSystem

/// Changes of what is pending. The caller keeps its places to itself (`exclusively`).
extension WriteBack {
    /// The file is gone, or replaced by another.
    func withdraw(_ file: PendingFile) async {
        change { _ = $0.files.remove(file.sequence) }
        await forget(file)
    }

    func update(_ file: PendingFile, _ body: (inout RescueRecord) -> Void) async throws(StorageError) {
        var record = file.record
        body(&record)
        try await journal.update(record)
        let updated = record
        change { state in _ = state.files.update(file.sequence) { $0.record = updated } }
    }

    /// Gives a file another place, where it will replace `base`.
    func move(_ file: PendingFile, to path: RemotePath, over base: RescueRecord.Base?) async throws(StorageError) {
        var record = file.record.moved(to: path)
        record.base = base ?? record.base
        try await journal.update(record)
        let moved = record
        change { state in
            _ = state.files.update(file.sequence) { file in
                file.record = moved
                file.path = path
            }
        }
    }

    /// Uploads files in closed places.
    func finish(_ files: [PendingFile?]) async throws(StorageError) {
        for file in files {
            guard let file, let begun = withState({ $0.files.beginClosed(file.sequence) }) else { continue }
            try await upload(begun)
        }
    }

    /// A folder was renamed on the server: what is pending below it goes there as well.
    func moveBelow(_ source: RemotePath, to target: RemotePath, isExchange: Bool) async throws(StorageError) {
        let (here, there) = withState { ($0.files.below(source), isExchange ? $0.files.below(target) : []) }
        for (files, from, to) in [(here, source, target), (there, target, source)] {
            for file in files {
                guard let below = file.path.relative(to: from) else { continue }
                try await move(file, to: to.appending(below), over: nil)
            }
        }
        withState { state in
            if let changes = state.folderTimes.removeValue(forKey: source) { state.folderTimes[target] = changes }
        }
    }

    /// The time of a folder is set once more when nothing is pending in it: every file that comes changes it.
    func noteFolder(_ path: RemotePath, _ changes: AttributeChanges) {
        guard changes.modified != nil else { return }
        withState { state in
            guard state.files.hasNames(in: path) else { return }
            state.folderTimes[path] = AttributeChanges(modified: changes.modified, accessed: changes.accessed)
        }
    }
}
