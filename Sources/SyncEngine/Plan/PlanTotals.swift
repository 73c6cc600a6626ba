public import SyncCore

/// What a run is going to do, in numbers.
public struct PlanTotals: Hashable, Sendable {
    /// Files and links to be copied to each side, conflict copies among them.
    public var copies = Sides(local: 0, remote: 0)
    public var bytes: Int64 = 0
    public var directories = Sides(local: 0, remote: 0)
    public var deletes = Sides(local: 0, remote: 0)
    public var renames = Sides(local: 0, remote: 0)
    public var overwrites = 0
    public var conflicts = 0
    public var skipped = 0

    public init() {}

    public var isEmpty: Bool {
        copies.local + copies.remote + directories.local + directories.remote + deletes.local + deletes.remote
            + renames.local + renames.remote == 0
    }

    /// Adds the steps of one kind; `word` and `side` as `ActionCode` writes them.
    mutating func count(_ word: String, _ side: Side?, _ count: Int, _ bytes: Int64, _ overwrites: Int) {
        self.bytes = self.bytes.addingOrMaximum(bytes)
        self.overwrites += overwrites
        switch (word, side) {
        case ("copy", let side?): copies[side.other] += count
        case ("replace-with-file", let side?): copies[side] += count
        case ("create-directory", let side?), ("replace-with-directory", let side?): directories[side] += count
        case ("rename", let side?): renames[side] += count
        case ("remove", let side?): deletes[side] += count
        case ("conflict", _):
            conflicts += count
            copies.local += count
            copies.remote += count
        case ("separate", let side?):
            conflicts += count
            copies[side.other] += count
            directories[side] += count
        case ("skip", _): skipped += count
        default: break
        }
    }
}

extension Int64 {
    /// Sizes are the server's word: their sum may be more than a number can hold.
    func addingOrMaximum(_ other: Int64) -> Int64 {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? .max : sum
    }
}
