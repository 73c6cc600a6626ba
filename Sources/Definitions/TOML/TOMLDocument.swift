import FileModel
import TOMLKit

/// A parsed definition: the values from TOMLKit, their places from the locator.
struct TOMLDocument {
    /// No definition is that long; a wrong file might be.
    static let longest = 1 << 20

    let source: SourceText
    let table: DefinitionTable

    /// - Throws: the one syntax error that stopped the parser.
    init(_ source: SourceText) throws(DefinitionFailure) {
        self.source = source
        let parsed = try Self.parse(try Self.text(of: source), source)
        let tree = LocatedTree(source: source, places: TOMLLocator.locate(source.bytes))
        table = tree.table(parsed, at: [])
    }

    /// Shows TOMLKit's parser no text that would end the process: with a trap in it, only what stands before.
    private static func parse(_ text: String, _ source: SourceText) throws(DefinitionFailure) -> TOMLTable {
        let trap = TOMLLocator.trap(source.bytes)
        let table: TOMLTable
        do {
            let safe = trap.map { String(decoding: source.bytes[..<$0.statement], as: UTF8.self) } ?? text
            table = try TOMLTable(string: safe)
        } catch {
            throw failure(error, in: source)
        }
        guard let trap else { return table }
        throw failure("syntax error: \(trap.message)", in: source, at: trap.at)
    }

    /// The text as TOML wants it: UTF-8 without NUL bytes, and not endless.
    private static func text(of source: SourceText) throws(DefinitionFailure) -> String {
        guard source.bytes.count <= longest else {
            throw DefinitionFailure([Diagnostic(.error, "\(source.name) is longer than 1 MiB, which no definition is")])
        }
        if let nul = source.bytes.firstIndex(of: 0) {
            throw failure("a NUL byte is not allowed in TOML", in: source, at: nul)
        }
        guard let text = String(validating: source.bytes, as: UTF8.self) else {
            throw failure("the text is not UTF-8 here", in: source, at: firstInvalid(source.bytes))
        }
        return text
    }

    private static func failure(_ message: String, in source: SourceText, at offset: Int) -> DefinitionFailure {
        DefinitionFailure([Diagnostic(.error, message, at: SourceSpan(source, offset..<(offset + 1)))])
    }

    private static func failure(_ error: any Error, in source: SourceText) -> DefinitionFailure {
        guard let error = error as? TOMLParseError else {
            return DefinitionFailure([Diagnostic(.error, "\(source.name): \(error)")])
        }
        let start = source.offset(line: error.source.begin.line, column: error.source.begin.column)
        let end = max(start, source.offset(line: error.source.end.line, column: error.source.end.column))
        let words = SyntaxMessage.plain(error.description)
        return DefinitionFailure([Diagnostic(.error, "syntax error: \(words)", at: SourceSpan(source, start..<end))])
    }

    /// The first byte that no UTF-8 text could hold there.
    private static func firstInvalid(_ bytes: [UInt8]) -> Int {
        var low = 0
        var high = bytes.count
        // A prefix is valid up to the fault, apart from a character cut at its end.
        while low < high {
            let middle = (low + high + 1) / 2
            let cut = bytes[..<middle].suffix(3).lastIndex { $0 >= 0xC0 } ?? middle
            let isValid =
                String(validating: bytes[..<middle], as: UTF8.self) != nil
                || String(validating: bytes[..<cut], as: UTF8.self) != nil && isCharacterStart(bytes[cut..<middle])
            if isValid { low = middle } else { high = middle - 1 }
        }
        return min(low, bytes.count - 1)
    }

    private static func isCharacterStart(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first else { return true }
        let length = first >= 0xF0 && first < 0xF5 ? 4 : first >= 0xE0 ? 3 : 2
        return first < 0xF5 && bytes.count < length && bytes.dropFirst().allSatisfy { (0x80..<0xC0).contains($0) }
    }
}

/// TOMLKit's values as a tree of our own, with places.
private struct LocatedTree {
    let source: SourceText
    let places: [[TOMLLocator.Step]: TOMLLocator.Place]

    func table(_ table: TOMLTable, at path: [TOMLLocator.Step]) -> DefinitionTable {
        var entries: [DefinitionTable.Entry] = []
        for name in table.keys {
            guard let value = table[name] else { continue }
            let inner = path + [.key(Array(name.utf8))]
            let nameSpan = places[inner]?.name.map { SourceSpan(source, $0) }
            entries.append(.init(name: name, nameSpan: nameSpan, node: node(value.tomlValue, at: inner)))
        }
        return DefinitionTable(entries.sorted { Self.start($0) < Self.start($1) })
    }

    private static func start(_ entry: DefinitionTable.Entry) -> Int {
        entry.nameSpan?.range.lowerBound ?? .max
    }

    private func node(_ value: TOMLValue, at path: [TOMLLocator.Step]) -> DefinitionNode {
        DefinitionNode(content(value, at: path), at: places[path].map { SourceSpan(source, $0.value) })
    }

    private func content(_ value: TOMLValue, at path: [TOMLLocator.Step]) -> DefinitionNode.Value {
        switch value.type {
        case .table: .table(value.table.map { table($0, at: path) } ?? DefinitionTable())
        case .array:
            .list((value.array.map(Array.init) ?? []).enumerated().map { node($1.tomlValue, at: path + [.index($0)]) })
        case .string: .string(value.string ?? "")
        case .int: .integer(value.int ?? 0)
        case .double: .float(value.double ?? 0)
        case .bool: .boolean(value.bool ?? false)
        case .date: .moment(value.date?.debugDescription ?? "")
        case .time: .moment(value.time?.debugDescription ?? "")
        case .dateTime: .moment(value.dateTime?.debugDescription ?? "")
        }
    }
}
