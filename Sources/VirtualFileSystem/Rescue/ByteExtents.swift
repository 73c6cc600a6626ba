/// Which bytes of a file are known: sorted ranges that neither overlap nor touch.
struct ByteExtents: Hashable, Sendable {
    private(set) var ranges: [Range<Int64>] = []

    init() {}

    init(_ ranges: [Range<Int64>]) {
        for range in ranges { insert(range) }
    }

    var isEmpty: Bool { ranges.isEmpty }

    var count: Int64 { ranges.reduce(0) { $0 + Int64($1.count) } }

    mutating func insert(_ range: Range<Int64>) {
        guard !range.isEmpty else { return }
        // Everything from the first that ends at or after our start to the last that starts at or before our end.
        let first = ranges.firstIndex { $0.upperBound >= range.lowerBound } ?? ranges.endIndex
        let end = ranges[first...].firstIndex { $0.lowerBound > range.upperBound } ?? ranges.endIndex
        let touched = ranges[first..<end]
        let lower = min(range.lowerBound, touched.first?.lowerBound ?? range.lowerBound)
        let upper = max(range.upperBound, touched.last?.upperBound ?? range.upperBound)
        ranges.replaceSubrange(first..<end, with: [lower..<upper])
    }

    /// Forgets what lies at `size` and beyond.
    mutating func clip(to size: Int64) {
        ranges = ranges.compactMap { range in
            range.lowerBound >= size ? nil : range.lowerBound..<min(range.upperBound, size)
        }
    }

    /// Whether a file of that size is known in full.
    func isWhole(of size: Int64) -> Bool {
        size == 0 || ranges == [0..<size]
    }
}
