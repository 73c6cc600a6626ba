/// Finds the name that was probably meant.
enum NearName {
    /// The candidate with the fewest typing errors, if they are few for the length of the name.
    static func find(_ name: String, among candidates: [String]) -> String? {
        let limit = max(1, name.utf8.count / 3)
        let ranked = candidates.map { (name: $0, distance: distance(Array(name.utf8), Array($0.utf8))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= limit else { return nil }
        return best.name
    }

    /// Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment).
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var older = [Int](repeating: 0, count: right.count + 1)
        var old = Array(0...right.count)
        for row in left.indices {
            var new = [row + 1]
            for column in right.indices {
                let same = fold(left[row]) == fold(right[column])
                var best = min(old[column] + (same ? 0 : 1), old[column + 1] + 1, new[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, older[column - 1] + 1)
                }
                new.append(best)
            }
            (older, old) = (old, new)
        }
        return old[right.count]
    }

    /// Case, and `-` against `_`, are no typing errors worth counting.
    private static func fold(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte + 32
        case UInt8(ascii: "-"): UInt8(ascii: "_")
        default: byte
        }
    }
}
