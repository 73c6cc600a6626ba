import FileModel

/// A pattern in the syntax of gitignore(5).
///
/// A pattern with a slash at its start or inside is anchored at `base`; any other one matches names at every depth
/// below. A slash at the end means directories only. `*` and `?` stop at slashes, `**` does not.
struct GlobPattern: Hashable, Sendable {
    let directoriesOnly: Bool
    /// Matched against the whole path below the base; otherwise against the last name.
    private let isAnchored: Bool
    private let matcher: GlobMatcher

    /// - Returns: nil for an empty pattern.
    init?(_ text: some Sequence<UInt8>) {
        var bytes = Array(text)
        directoriesOnly = bytes.last == UInt8(ascii: "/")
        while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        let isRooted = bytes.first == UInt8(ascii: "/")
        bytes = Array(bytes.drop { $0 == UInt8(ascii: "/") })
        guard !bytes.isEmpty else { return nil }
        isAnchored = isRooted || bytes.contains(UInt8(ascii: "/"))
        matcher = GlobMatcher(bytes)
    }

    init?(_ text: String) { self.init(text.utf8) }

    /// - Parameter path: below the base of the pattern, at least one name.
    func matches(_ path: RemotePath, isDirectory: Bool) -> Bool {
        if directoriesOnly, !isDirectory { return false }
        if isAnchored { return matcher.matches(path.bytes[...]) }
        let start = path.bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        return matcher.matches(path.bytes[start...])
    }
}

/// Matches bytes against a glob in time proportional to pattern × text, whatever the pattern.
struct GlobMatcher: Hashable, Sendable {
    private enum Token: Hashable {
        case byte(UInt8)
        /// `?`: one byte, but no slash, as in git.
        case any
        case set(ByteSet)
        /// `*`
        case star
        /// `**/` at the start or between slashes: any number of whole names, each with its slash.
        case folders
        /// `/**` at the end: everything inside.
        case everything
    }

    private let tokens: [Token]
    /// The pattern when it is nothing but bytes.
    private let literal: [UInt8]?
    /// `*` followed by nothing but bytes.
    private let suffix: [UInt8]?

    init(_ pattern: [UInt8]) {
        tokens = Self.tokens(pattern)
        literal = Self.bytes(tokens[...])
        suffix = tokens.first == .star ? Self.bytes(tokens.dropFirst()) : nil
    }

    private static func bytes(_ tokens: ArraySlice<Token>) -> [UInt8]? {
        var result: [UInt8] = []
        for token in tokens {
            guard case .byte(let byte) = token else { return nil }
            result.append(byte)
        }
        return result
    }

    private static func tokens(_ pattern: [UInt8]) -> [Token] {
        var result: [Token] = []
        var rest = pattern[...]
        let slash = UInt8(ascii: "/")
        while let byte = rest.first {
            let isAtStart = result.isEmpty || result.last == .byte(slash) || result.last == .folders
            if isAtStart, rest.starts(with: Array("**/".utf8)) {
                result.append(.folders)
                rest = rest.dropFirst(3)
            } else if isAtStart, rest.elementsEqual(Array("**".utf8)) {
                result.append(.everything)
                rest = []
            } else if byte == UInt8(ascii: "*") {
                if result.last != .star { result.append(.star) }
                rest = rest.dropFirst()
            } else {
                let (token, count) = single(rest)
                result.append(token)
                rest = rest.dropFirst(count)
            }
        }
        return result
    }

    /// One token that stands for one character, and how many bytes of the pattern it takes.
    private static func single(_ pattern: ArraySlice<UInt8>) -> (Token, Int) {
        let bytes = Array(pattern)
        switch bytes[0] {
        case UInt8(ascii: "?"): return (.any, 1)
        case UInt8(ascii: "\\") where bytes.count > 1: return (.byte(bytes[1]), 2)
        case UInt8(ascii: "["):
            if let (set, count) = ByteSet.parse(bytes) { return (.set(set), count) }
            return (.byte(bytes[0]), 1)
        default: return (.byte(bytes[0]), 1)
        }
    }

    func matches(_ text: ArraySlice<UInt8>) -> Bool {
        if let literal { return text.elementsEqual(literal) }
        if let suffix {
            return text.count >= suffix.count && text.suffix(suffix.count).elementsEqual(suffix)
                && !text.dropLast(suffix.count).contains(UInt8(ascii: "/"))
        }
        return simulate(text)
    }

    /// Runs all ways to match at once: `states[i]` says that the text so far matches the first `i` tokens.
    private func simulate(_ text: ArraySlice<UInt8>) -> Bool {
        var states = [Bool](repeating: false, count: tokens.count + 1)
        states[0] = true
        skipOptional(&states, atNameStart: true)
        for byte in text {
            var next = [Bool](repeating: false, count: tokens.count + 1)
            for (index, token) in tokens.enumerated() where states[index] { step(token, index, byte, &next) }
            skipOptional(&next, atNameStart: byte == UInt8(ascii: "/"))
            states = next
        }
        return states[tokens.count]
    }

    private func step(_ token: Token, _ index: Int, _ byte: UInt8, _ next: inout [Bool]) {
        let isSlash = byte == UInt8(ascii: "/")
        switch token {
        case .byte(let expected): if byte == expected { next[index + 1] = true }
        case .any: if !isSlash { next[index + 1] = true }
        case .set(let set): if !isSlash, set.contains(byte) { next[index + 1] = true }
        case .star: if !isSlash { next[index] = true }
        case .folders: next[index] = true
        case .everything:
            next[index] = true
            next[index + 1] = true
        }
    }

    /// `*` also matches nothing; `**/` may end wherever a name starts.
    private func skipOptional(_ states: inout [Bool], atNameStart: Bool) {
        for (index, token) in tokens.enumerated() where states[index] {
            if token == .star || (token == .folders && atNameStart) { states[index + 1] = true }
        }
    }
}
