import FileModel

/// The lines of one ignore file, in the syntax of gitignore(5): the last match decides, `!` takes back in.
struct IgnoreFile: Hashable, Sendable {
    struct Line: Hashable {
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

    /// The line that decides; nil: none matches.
    func deciding(_ path: RemotePath, isDirectory: Bool) -> Line? {
        lines.last { $0.pattern.matches(path, isDirectory: isDirectory) }
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

    func ignores(_ path: RemotePath, isDirectory: Bool) -> Bool {
        deciding(path, isDirectory: isDirectory).map { !$0.line.takesIn } ?? false
    }

    /// Where the line is that ignores the path, in words; nil: it is not ignored.
    func ignoringLine(_ path: RemotePath, isDirectory: Bool) -> String? {
        guard let (line, directory) = deciding(path, isDirectory: isDirectory), !line.takesIn else { return nil }
        let place = directory.isRoot ? "the root" : "\(directory)"
        return "line \(line.number) of the ignore file in \(place) leaves it out: \(line.text)"
    }

    /// The nearest file that has something to say about the path decides.
    private func deciding(_ path: RemotePath, isDirectory: Bool) -> (line: IgnoreFile.Line, directory: RemotePath)? {
        if let below = path.relative(to: directory), let line = file.deciding(below, isDirectory: isDirectory) {
            return (line, directory)
        }
        return above?.deciding(path, isDirectory: isDirectory)
    }
}
