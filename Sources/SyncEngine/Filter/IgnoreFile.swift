import FileModel

/// The lines of one ignore file, in the syntax of gitignore(5): the last match decides, `!` takes back in.
struct IgnoreFile: Hashable, Sendable {
    private struct Line: Hashable {
        let pattern: GlobPattern
        let takesIn: Bool
    }

    private let lines: [Line]

    init(_ content: [UInt8]) {
        lines = content.split { $0 == 10 || $0 == 13 }.compactMap { Self.line(Array($0)) }
    }

    private static func line(_ text: [UInt8]) -> Line? {
        var text = withoutTrailingSpaces(text)[...]
        guard let first = text.first, first != UInt8(ascii: "#") else { return nil }
        let takesIn = first == UInt8(ascii: "!")
        if takesIn { text = text.dropFirst() }
        return GlobPattern(text).map { Line(pattern: $0, takesIn: takesIn) }
    }

    /// Spaces at the end count only where a backslash quotes them.
    private static func withoutTrailingSpaces(_ text: [UInt8]) -> [UInt8] {
        var text = text
        while text.last == UInt8(ascii: " "), text.dropLast().last != UInt8(ascii: "\\") { text.removeLast() }
        return text
    }

    /// nil: no line matches.
    func ignores(_ path: RemotePath, isDirectory: Bool) -> Bool? {
        lines.last { $0.pattern.matches(path, isDirectory: isDirectory) }.map { !$0.takesIn }
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

    /// The nearest file that has something to say about the path decides.
    func ignores(_ path: RemotePath, isDirectory: Bool) -> Bool {
        if let below = path.relative(to: directory), let verdict = file.ignores(below, isDirectory: isDirectory) {
            return verdict
        }
        return above?.ignores(path, isDirectory: isDirectory) ?? false
    }
}
