/// How far ahead of a reader to fetch: grows while reads are sequential, collapses when they are not.
///
/// A pure value. Reads of one reader may arrive a little out of order, because the kernel sends several at once.
struct ReadAheadWindow {
    let initial: Int64
    let maximum: Int64
    /// Bytes fetched beyond what was asked; 0 while access is random.
    private(set) var size: Int64 = 0
    /// The end of the furthest read of the present run.
    private(set) var frontier: Int64 = 0

    /// How far from the frontier a read may start and still belong to the run.
    static let tolerance: Int64 = 1 << 20

    init(initial: Int64, maximum: Int64) {
        self.initial = min(initial, maximum)
        self.maximum = maximum
    }

    /// Whether the last read continued a run.
    var isSequential: Bool { size > 0 || maximum == 0 }

    /// Notes a read.
    ///
    /// - Returns: what should be fetched or under way: the read itself and the window after it.
    mutating func read(_ range: Range<Int64>) -> Range<Int64> {
        if continuesRun(range) {
            if range.upperBound > frontier || size == 0 { size = min(maximum, max(initial, size * 2)) }
            frontier = max(frontier, range.upperBound)
        } else {
            size = 0
            frontier = range.upperBound
        }
        return range.lowerBound..<(max(frontier, range.upperBound) + size)
    }

    private func continuesRun(_ range: Range<Int64>) -> Bool {
        if size == 0 { return range.lowerBound == frontier }
        return abs(range.lowerBound - frontier) <= Self.tolerance
    }
}
