/// The text of one definition, or of one command-line word, that messages point into.
public struct SourceText: Hashable, Sendable {
    /// Where the text comes from.
    public enum Origin: Hashable, Sendable {
        /// The path of a file as messages show it: `mounts.d/prod.toml`.
        case file(String)
        /// What was typed on the command line: `-o`, `URL`.
        case argument(String)
    }

    public let origin: Origin
    public let bytes: [UInt8]
    private let lineStarts: [Int]

    public init(_ origin: Origin, _ bytes: some Sequence<UInt8>) {
        self.origin = origin
        let bytes = Array(bytes)
        self.bytes = bytes
        lineStarts = [0] + bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
    }

    public var name: String {
        switch origin {
        case .file(let name), .argument(let name): name
        }
    }

    public var isArgument: Bool {
        if case .argument = origin { true } else { false }
    }

    /// The line that holds the byte at `offset`, counted from 0.
    func lineIndex(at offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }

    /// The bytes of a line without its line break.
    func line(_ index: Int) -> Range<Int> {
        let start = lineStarts[index]
        var end = index + 1 < lineStarts.count ? lineStarts[index + 1] - 1 : bytes.count
        if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return start..<end
    }

    /// Line and column of a byte, both from 1; columns count characters (Unicode scalars).
    func position(of offset: Int) -> (line: Int, column: Int) {
        let index = lineIndex(at: offset)
        let before = String(decoding: bytes[lineStarts[index]..<min(offset, bytes.count)], as: UTF8.self)
        return (index + 1, before.unicodeScalars.count + 1)
    }

    /// The byte at a line and column as `position(of:)` counts them, kept inside the text.
    func offset(line: Int, column: Int) -> Int {
        let range = self.line(min(max(line, 1), lineStarts.count) - 1)
        let scalars = String(decoding: bytes[range], as: UTF8.self).unicodeScalars.prefix(max(column, 1) - 1)
        return min(range.upperBound, range.lowerBound + scalars.reduce(0) { $0 + UTF8.width($1) })
    }
}

/// A stretch of a text.
public struct SourceSpan: Hashable, Sendable {
    public let source: SourceText
    public let range: Range<Int>

    public init(_ source: SourceText, _ range: Range<Int>) {
        self.source = source
        self.range = range
    }

    public var bytes: ArraySlice<UInt8> { source.bytes[range] }

    /// `mounts.d/prod.toml:4:1`; for a word of the command line only its name.
    public var location: String {
        guard !source.isArgument else { return source.name }
        let (line, column) = source.position(of: range.lowerBound)
        return "\(source.name):\(line):\(column)"
    }
}
