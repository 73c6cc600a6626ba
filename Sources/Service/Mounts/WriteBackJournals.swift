import Definitions
public import FileModel
import Glibc
public import VirtualFileSystem

/// The journals of mounts with `write = "back"`: one folder for each mounted folder of a server and account, and a
/// further one for each mount of the same folder at the same time.
public struct WriteBackJournals: Sendable {
    private let folder: String

    /// - Parameter folder: exists, and is ours.
    public init(folder: String) { self.folder = folder }

    private static let mostAtOnce = 16

    /// Takes hold of a journal for a mount, with everything that ended mounts of the same folder left.
    ///
    /// - Throws: `.busy` when too many mounts of the same folder are there.
    func open(_ definition: MountDefinition) throws(StorageError) -> WriteBackJournal {
        let base = folder + "/" + Self.name(definition)
        var found: WriteBackJournal?
        for index in 1...Self.mostAtOnce {
            let path = index == 1 ? base : "\(base)-\(index)"
            guard found == nil || access(path, F_OK) == 0 else { continue }
            try FolderMaker.make(path)
            guard let journal = try free(path) else { continue }
            if let found { try Self.move(journal.store, to: found.store) } else { found = journal }
        }
        guard let found else {
            throw StorageError(.busy, "\(definition.folder) is mounted \(Self.mostAtOnce) times with write = \"back\"")
        }
        return found
    }

    /// Journals with files that no mount is about to upload.
    public func abandoned() throws(StorageError) -> [WriteBackJournal] {
        var journals: [WriteBackJournal] = []
        for name in FolderNames.sorted(in: folder) {
            guard let journal = try free(folder + "/" + name), try !journal.store.entries().isEmpty else { continue }
            journals.append(journal)
        }
        return journals
    }

    /// A sentence about them with the remedy, for which no journal is taken hold of; nil when there are none.
    public var abandonedSentence: String? {
        let folders = FolderNames.sorted(in: folder).map { folder + "/" + $0 }
        let count = folders.reduce(0) { $0 + WriteBackJournal.waiting(in: $1) }
        guard count > 0 else { return nil }
        let subject = count == 1 ? "1 file of an ended mount waits" : "\(count) files of ended mounts wait"
        return "\(subject) to be uploaded: mount again, or syncctl flush"
    }

    private func free(_ path: String) throws(StorageError) -> WriteBackJournal? {
        do throws(StorageError) {
            return try WriteBackJournal(folder: path)
        } catch  where error.code == .busy {
            return nil
        }
    }

    private static func move(_ source: RescueStore, to target: RescueStore) throws(StorageError) {
        for entry in try source.entries() {
            if let record = entry.record { try source.hand(record, over: target) }
        }
    }

    private static func name(_ definition: MountDefinition) -> String {
        StableHash.text(of: (definition.remote.identity + "\0" + definition.folder.description).utf8)
    }
}
