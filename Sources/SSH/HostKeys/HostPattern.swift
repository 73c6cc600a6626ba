/// Host name patterns of ssh_config(5).
enum HostPattern {
    /// Whether `name` matches one of `patterns` and none of those that start with `!`.
    static func matches(_ name: String, _ patterns: [String]) -> Bool {
        var isMatch = false
        for pattern in patterns {
            if pattern.hasPrefix("!") {
                if matches(Array(name.utf8), Array(pattern.dropFirst().lowercased().utf8)) { return false }
            } else if matches(Array(name.utf8), Array(pattern.lowercased().utf8)) {
                isMatch = true
            }
        }
        return isMatch
    }

    /// One pattern without `!`; capitals count.
    static func matches(exactly name: String, _ pattern: String) -> Bool {
        matches(Array(name.utf8), Array(pattern.utf8))
    }

    /// `*` stands for any characters, `?` for one. Steps back to the last star only, so the time is bounded by the
    /// product of the lengths.
    private static func matches(_ name: [UInt8], _ pattern: [UInt8]) -> Bool {
        var (position, index) = (0, 0)
        var star: (index: Int, position: Int)?
        while position < name.count {
            if index < pattern.count, pattern[index] == UInt8(ascii: "*") {
                star = (index, position)
                index += 1
            } else if index < pattern.count, pattern[index] == UInt8(ascii: "?") || pattern[index] == name[position] {
                (position, index) = (position + 1, index + 1)
            } else if let last = star {
                star = (last.index, last.position + 1)
                (position, index) = (last.position + 1, last.index + 1)
            } else {
                return false
            }
        }
        return pattern[index...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
