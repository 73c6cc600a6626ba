import FileModel

/// The lines of one ignore file, in the syntax of gitignore(5): the last match decides, `!` takes back in.
struct IgnoreFile: Hashable, Sendable {
    private struct Line: Hashable {
        let pattern: GlobPattern
        let takesIn: Bool
        let text: String
        /// From 1.
        let number: Int
    }

    private let lines: [Line]

    init(_ content: [UInt8]) {
        lines = Self.texts(content).enumerated().compactMap { Self.line($1, number: $0 + 1) }
    }

    /// LF, CRLF and CR end a line.
    private static func texts(_ content: [UInt8]) -> [[UInt8]] {
        var texts = content.split(separator: 10, omittingEmptySubsequences: false).map { Array($0) }
        for index in texts.indices where texts[index].last == 13 { texts[index].removeLast() }
        return texts.flatMap { $0.split(separator: 13, omittingEmptySubsequences: false).map { Array($0) } }
    }

    private static func line(_ written: [UInt8], number: Int) -> Line? {
        var text = withoutTrailingSpaces(written)[...]
        guard let first = text.first, first != UInt8(ascii: "#") else { return nil }
        let takesIn = first == UInt8(ascii: "!")
        if takesIn { text = text.dropFirst() }
        return GlobPattern(text).map { Line(pattern: $0, takesIn: takesIn, text: printable(written), number: number) }
    }

    /// Spaces at the end count only where a backslash quotes them.
    private static func withoutTrailingSpaces(_ text: [UInt8]) -> [UInt8] {
        var text = text
        while text.last == UInt8(ascii: " "), text.dropLast().last != UInt8(ascii: "\\") { text.removeLast() }
        return text
    }

    /// nil: no line matches.
    func ignores(_ path: RemotePath, isDirectory: Bool) -> Bool? {
        deciding(path, isDirectory: isDirectory).map { !$0.takesIn }
    }

    private func deciding(_ path: RemotePath, isDirectory: Bool) -> Line? {
        lines.last { $0.pattern.matches(path, isDirectory: isDirectory) }
    }

    /// The line that ignores the path, with its number.
    func ignoringLine(_ path: RemotePath, isDirectory: Bool) -> (text: String, number: Int)? {
        deciding(path, isDirectory: isDirectory).flatMap { $0.takesIn ? nil : ($0.text, $0.number) }
    }
}

/// The ignore files that hold for a directory: its own and those of the directories above.
final class IgnoreChain: Sendable {
    private let directory: RemotePath
    private let file: IgnoreFile
    private let above: IgnoreChain?

    init(_ file: IgnoreFile, in directory: RemotePath, above: IgnoreChain?) {
        self.file = file
        self.directory = directory
        self.above = above
    }

    /// Where the line is that ignores the path, in words.
    func decidingLine(_ path: RemotePath, isDirectory: Bool) -> String? {
        guard let below = path.relative(to: directory), file.ignores(below, isDirectory: isDirectory) != nil else {
            return above?.decidingLine(path, isDirectory: isDirectory)
        }
        guard let (text, number) = file.ignoringLine(below, isDirectory: isDirectory) else { return nil }
        let place = directory.isRoot ? "the root" : "\(directory)"
        return "line \(number) of the ignore file in \(place) leaves it out: \(text)"
    }

    /// The nearest file that has something to say about the path decides.
    func ignores(_ path: RemotePath, isDirectory: Bool) -> Bool {
        if let below = path.relative(to: directory), let verdict = file.ignores(below, isDirectory: isDirectory) {
            return verdict
        }
        return above?.ignores(path, isDirectory: isDirectory) ?? false
    }
}
