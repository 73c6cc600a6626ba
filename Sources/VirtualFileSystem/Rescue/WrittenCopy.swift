import FileModel
import NIOCore

/// What a writer gave and the server has not confirmed yet, on local disk, so that a failed upload loses nothing.
///
/// Belongs to an `OpenFile`, on its actor. The file behind it has no name until it is rescued, so a success costs no
/// more than the page cache. A small one is in memory until then: it dies with the process either way, and making a file
/// costs more than all else that is done for a small write.
struct WrittenCopy {
    private let directory: String
    private let share: SpoolShare
    private var spool: Spool?
    /// The bytes from 0 on, while there is no spool; nil when nothing was written either.
    private var small: ByteBuffer?
    private(set) var extents = ByteExtents()
    /// The file as it was on the server before the first of these writes.
    private(set) var base = RescueRecord.Base.unknown
    /// There was no room for all of it, so it is of no use.
    private(set) var isIncomplete = false
    /// A write was refused after these: the writer may not have said all it had to say.
    var isCutShort = false

    private static let smallSize: Int64 = 32 << 10

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
            if spool == nil, keepInMemory(bytes, at: offset) { return }
            try ensureSpool().write(bytes, at: offset)
        } catch {
            giveUp()
        }
    }

    private mutating func giveUp() {
        spool = nil
        small = nil
        extents = ByteExtents()
        try? share.hold(0)
        isIncomplete = true
    }

    /// - Returns: false for what leaves a gap or is too much.
    private mutating func keepInMemory(_ bytes: ByteBuffer, at offset: Int64) -> Bool {
        let end = offset + Int64(bytes.readableBytes)
        var kept = small ?? ByteBuffer()
        guard offset <= Int64(kept.writerIndex), end <= Self.smallSize else { return false }
        small = nil
        kept.setBuffer(bytes, at: Int(offset))
        kept.moveWriterIndex(to: max(kept.writerIndex, Int(end)))
        small = kept
        return true
    }

    private mutating func ensureSpool() throws(StorageError) -> Spool {
        if let spool { return spool }
        let made = try Spool(directory: directory, budget: .unlimited)
        if let small { try made.write(small, at: 0) }
        small = nil
        spool = made
        return made
    }

    /// The file was given another size; what is new reads as zeros.
    mutating func resize(from before: Int64, to size: Int64) {
        guard !isIncomplete else { return }
        extents.clip(to: size)
        if let spool, spool.size > size { try? spool.truncate(to: size) }
        if let kept = small?.writerIndex, kept > size { small?.moveWriterIndex(to: Int(max(0, size))) }
        if size > before { extents.insert(before..<size) }
    }

    /// The bytes to keep, as far as there are any.
    mutating func content() -> Spool? {
        guard !extents.isEmpty, spool != nil || small != nil else { return nil }
        do throws(StorageError) {
            return try ensureSpool()
        } catch {
            giveUp()
            return nil
        }
    }
}
