import FileModel
import Synchronization

/// LIST (RFC 959), whose output was meant for people.
extension FTPConnection {
    /// `LIST -a` shows names that start with a dot, and with `.` proves that the directory could be read; a server that
    /// takes `-a` for a name is noticed by the missing `.`, and from then on gets a bare LIST.
    func listForPeople(_ path: RemotePath, _ receive: EntryReceiver) async throws(StorageError) {
        let zone = settings.times.zoneOffset ?? memory[\.zoneOffset]
        switch memory[\.listsAll] {
        case true? where zone != nil: try await listAll(path, zone, receive)
        case false? where zone != nil: try await listBare(path, zone, receive)
        default: try await listAndLearn(path, zone, receive)
        }
    }

    private func listAll(_ path: RemotePath, _ zone: Int?, _ receive: EntryReceiver) async throws(StorageError) {
        var reader = listingReader(.human, zoneOffset: zone)
        try await readListing(path, .listAll, &reader, receive)
        guard reader.sawDirectoryItself || reader.lineCount > 0 else {
            throw StorageError(.permissionDenied, "the server shows nothing of \(path), not even the directory itself")
        }
    }

    private func listBare(_ path: RemotePath, _ zone: Int?, _ receive: EntryReceiver) async throws(StorageError) {
        var reader = listingReader(.human, zoneOffset: zone)
        try await readListing(path, .list, &reader, receive)
    }

    /// Holds the entries back until it is known what they are worth.
    private func listAndLearn(_ path: RemotePath, _ zone: Int?, _ receive: EntryReceiver) async throws(StorageError) {
        let collected = Mutex<[DirectoryEntry]>([])
        let collect: EntryReceiver = { batch in collected.withLock { $0 += batch } }
        if memory[\.listsAll] == nil { try await learnListAll(path, zone ?? 0, collect) }
        if memory[\.listsAll] == true, collected.withLock({ $0.isEmpty }) {
            try await listAll(path, zone ?? 0, collect)
        } else if memory[\.listsAll] != true {
            collected.withLock { $0 = [] }
            try await listBare(path, zone ?? 0, collect)
        }
        let entries = collected.withLock { $0 }
        let offset = zone == nil ? try await measureZone(entries, in: path) : 0
        try await receive(entries.map { Self.shifted($0, by: offset) })
    }

    private func learnListAll(_ path: RemotePath, _ zone: Int, _ collect: EntryReceiver) async throws(StorageError) {
        var reader = listingReader(.human, zoneOffset: zone)
        do throws(StorageError) {
            try await readListing(path, .listAll, &reader, collect)
            if reader.sawDirectoryItself { return memory[\.listsAll] = true }
            // Nothing at all: an unreadable directory, or a server that looks for a file named -a.
            memory[\.listsAll] = reader.lineCount == 0 ? nil : false
        } catch  where !error.isSessionFault && error.code != .cancelled {
            memory[\.listsAll] = false
        }
    }
}
