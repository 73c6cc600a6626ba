import FileModel
import NIOCore

/// What a writer gave and the server has not confirmed yet, on local disk, so that a failed upload loses nothing.
///
/// Belongs to an `OpenFile`, on its actor. The file behind it has no name until it is rescued, so a success costs no
/// more than the page cache.
struct WrittenCopy {
    private let directory: String
    private let share: SpoolShare
    private var spool: Spool?
    private(set) var extents = ByteExtents()
    /// The file as it was on the server before the first of these writes.
    private(set) var base = RescueRecord.Base.unknown
    /// There was no room for all of it, so it is of no use.
    private(set) var isIncomplete = false
    /// A write was refused after these: the writer may not have said all it had to say.
    var isCutShort = false

    /// - Parameter directory: where rescued files are kept, so that a rescue costs no copy.
    init(directory: String, budget: SpoolBudget) {
        self.directory = directory
        share = SpoolShare(of: budget)
    }

    var isEmpty: Bool { extents.isEmpty }

    /// Notes what the server has before anything is written; later calls change nothing.
    mutating func begin(_ found: RescueRecord.Base) {
        if base == .unknown { base = found }
    }

    /// - Parameter size: of the file before the write; a gap behind it reads as zeros.
    mutating func write(_ bytes: ByteBuffer, at offset: Int64, size: Int64) {
        guard !isIncomplete else { return }
        do throws(StorageError) {
            extents.insert(min(size, offset)..<(offset + Int64(bytes.readableBytes)))
            try share.hold(extents.count)
            try ensureSpool().write(bytes, at: offset)
        } catch {
            spool = nil
            extents = ByteExtents()
            try? share.hold(0)
            isIncomplete = true
        }
    }

    private mutating func ensureSpool() throws(StorageError) -> Spool {
        if let spool { return spool }
        let made = try Spool(directory: directory, budget: .unlimited)
        spool = made
        return made
    }

    /// The file was given another size; what is new reads as zeros.
    mutating func resize(from before: Int64, to size: Int64) {
        guard !isIncomplete else { return }
        extents.clip(to: size)
        if let spool, spool.size > size { try? spool.truncate(to: size) }
        if size > before { extents.insert(before..<size) }
    }

    /// The bytes to keep, as far as there are any.
    var content: Spool? { extents.isEmpty ? nil : spool }
}
