/// The white-space separated words of a line, with their places.
struct Fields {
    let line: ArraySlice<UInt8>
    let ranges: [Range<Int>]

    /// - Parameter limit: words after which nobody looks.
    init(_ line: ArraySlice<UInt8>, limit: Int = 14) {
        var ranges: [Range<Int>] = []
        var start: Int?
        for index in line.indices where ranges.count < limit {
            if line[index] == 32 || line[index] == 9 {
                if let begun = start { ranges.append(begun..<index) }
                start = nil
            } else if start == nil {
                start = index
            }
        }
        if let begun = start, ranges.count < limit { ranges.append(begun..<line.endIndex) }
        self.line = line
        self.ranges = ranges
    }

    var count: Int { ranges.count }

    subscript(_ index: Int) -> ArraySlice<UInt8> { line[ranges[index]] }

    /// The part of the line from the first to the last of these words.
    func words(_ indices: Range<Int>) -> ArraySlice<UInt8> {
        indices.isEmpty ? [] : line[ranges[indices.lowerBound].lowerBound..<ranges[indices.upperBound - 1].upperBound]
    }

    /// What follows word `index` and exactly one space, so that a name keeps its own spaces.
    func rest(after index: Int) -> ArraySlice<UInt8> { line[ranges[index].upperBound...].dropFirst() }
}
