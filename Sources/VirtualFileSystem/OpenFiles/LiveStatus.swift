import FileModel

/// What an open file knows better than the server, while it is written.
struct LiveStatus: Sendable {
    /// The size with everything written so far; meaningful while `isAhead`.
    var size: Int64 = 0
    /// The last write, or what was set since.
    var modified = Timestamp.epoch
    /// The server does not have all of this yet, or was not asked since.
    var isAhead = false
    /// What was written and may not be readable on the server yet; spans all of it.
    var unread: Range<Int64>?

    mutating func wrote(_ range: Range<Int64>) {
        size = max(size, range.upperBound)
        unread = unread.map { min($0.lowerBound, range.lowerBound)..<max($0.upperBound, range.upperBound) } ?? range
    }
}
