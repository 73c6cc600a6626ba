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

    /// Mode and owner that were set and travel with the content; the server tells the old ones until then.
    private var postponed = AttributeChanges()

    mutating func postpone(_ changes: AttributeChanges) { postponed.merge(changes) }

    /// The server has everything, or is to be asked what it has.
    mutating func settled() {
        isAhead = false
        postponed = AttributeChanges()
    }

    /// What the server tells, with what it does not know yet.
    func completed(_ attributes: FileAttributes) -> FileAttributes {
        var result = attributes
        result.setAccess(postponed)
        return result
    }

    mutating func wrote(_ range: Range<Int64>) {
        size = max(size, range.upperBound)
        unread = unread.map { min($0.lowerBound, range.lowerBound)..<max($0.upperBound, range.upperBound) } ?? range
    }
}
