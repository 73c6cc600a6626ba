import FileModel
import Synchronization

/// LIST (RFC 959), whose output was meant for people.
extension FTPConnection {
    /// `LIST -a` shows names that start with a dot, and with `.` proves that the directory could be read; a server that
    /// takes `-a` for a name is noticed by the missing `.`, and from then on gets a bare LIST.
    ///
    /// Entries whose time or size takes another question come at the end.
    func listForPeople(_ path: RemotePath, _ receive: EntryReceiver) async throws(StorageError) {
        let unproven = UnprovenEntries(calibration: knownZone == nil ? memory[\.zone] : nil)
        let sieve: EntryReceiver = { batch async throws(StorageError) in
            let proven = unproven.sift(batch)
            if !proven.isEmpty { try await receive(proven) }
        }
        switch memory[\.listsAll] {
        case true?: try await listAll(path, sieve)
        case false?: try await listBare(path, sieve)
        case nil: try await listAndLearn(path, sieve)
        }
        let proven = try await prove(unproven, in: path)
        if !proven.isEmpty { try await receive(proven) }
    }

    private func listAll(_ path: RemotePath, _ receive: EntryReceiver) async throws(StorageError) {
        var reader = humanReader
        try await readListing(path, .listAll, &reader, receive)
        guard reader.sawDirectoryItself || reader.lineCount > 0 else {
            throw StorageError(.permissionDenied, "the server shows nothing of \(path), not even the directory itself")
        }
    }

    private func listBare(_ path: RemotePath, _ receive: EntryReceiver) async throws(StorageError) {
        var reader = humanReader
        try await readListing(path, .list, &reader, receive)
    }

    private var humanReader: ListingReader { listingReader(.human, zone: knownZone ?? .utc) }

    /// Holds the entries back until it is known what they are worth.
    private func listAndLearn(_ path: RemotePath, _ receive: EntryReceiver) async throws(StorageError) {
        let collected = Mutex<[DirectoryEntry]>([])
        let collect: EntryReceiver = { batch in collected.withLock { $0 += batch } }
        try await learnListAll(path, collect)
        if memory[\.listsAll] != true {
            collected.withLock { $0 = [] }
            return try await listBare(path, receive)
        }
        try await receive(collected.withLock { $0 })
    }

    private func learnListAll(_ path: RemotePath, _ collect: EntryReceiver) async throws(StorageError) {
        var reader = humanReader
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

/// Entries of a LIST whose time or size cannot be told from the listing alone.
final class UnprovenEntries: Sendable {
    /// Nil: the server's zone is known, and entries come with their times in UTC; otherwise as the wall shows them.
    private let calibration: ZoneCalibration?
    private let entries = Mutex<[DirectoryEntry]>([])
    /// A file whose MDTM may be compared with its LIST time.
    private let comparable = Mutex<DirectoryEntry?>(nil)

    init(calibration: ZoneCalibration?) {
        self.calibration = calibration
    }

    /// - Returns: what needs no question.
    func sift(_ batch: [DirectoryEntry]) -> [DirectoryEntry] {
        var proven: [DirectoryEntry] = []
        var rest: [DirectoryEntry] = []
        for var entry in batch {
            if entry.isComparable { comparable.withLock { $0 = $0 ?? entry } }
            if let calibration, entry.hasWallTime {
                guard let offset = calibration.offset(at: entry.wall) else {
                    rest.append(entry)
                    continue
                }
                entry.setTime(offset: offset)
            }
            if entry.attributes.hasExactSize { proven.append(entry) } else { rest.append(entry) }
        }
        if !rest.isEmpty { entries.withLock { $0 += rest } }
        return proven
    }

    var all: [DirectoryEntry] { entries.withLock { $0 } }
    var isInWallTime: Bool { calibration != nil }
    var sample: DirectoryEntry? { comparable.withLock { $0 } }
}

extension DirectoryEntry {
    /// A LIST time that depends on the server's zone.
    var hasWallTime: Bool { attributes.modified?.source == .list }

    /// The LIST time as it was read.
    var wall: Int64 { attributes.modified?.time.seconds ?? 0 }

    /// A regular file whose LIST time is fine enough to tell its zone, and whose name a command can say.
    var isComparable: Bool {
        guard attributes.type == .regular, let modified = attributes.modified, modified.source == .list else {
            return false
        }
        return modified.resolution <= .minute && !name.holdsLineBreak
    }

    /// Makes a moment of the wall time.
    ///
    /// - Parameter resolution: nil keeps the one of the listing.
    mutating func setTime(offset: Int, resolution: TimeResolution? = nil) {
        guard let listed = attributes.modified else { return }
        attributes.modified = ModificationTime(
            Timestamp(seconds: listed.time.seconds - Int64(offset)),
            resolution: max(listed.resolution, resolution ?? listed.resolution), source: .list)
    }
}
