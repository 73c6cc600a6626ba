import Testing
import SeededRandom

@testable import Definitions

@Suite struct LocatorTests {
    /// `a.b[0]` for messages.
    private func name(_ path: [TOMLLocator.Step]) -> String {
        path.reduce("") { text, step in
            switch step {
            case .key(let bytes): text + (text.isEmpty ? "" : ".") + String(decoding: bytes, as: UTF8.self)
            case .index(let index): text + "[\(index)]"
            }
        }
    }

    private func places(_ text: String) -> [String: (name: String?, value: String)] {
        let bytes = Array(text.utf8)
        func slice(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        var result: [String: (name: String?, value: String)] = [:]
        for (path, place) in TOMLLocator.locate(bytes) {
            result[name(path)] = (place.name.map(slice), slice(place.value))
        }
        return result
    }

    @Test func plainKeysAndValues() {
        let found = places("# head\na = 1\nb='x' # tail\n\"c d\" = true\n")
        #expect(found["a"]?.value == "1")
        #expect(found["b"]?.value == "'x'")
        #expect(found["c d"]?.name == "\"c d\"")
        #expect(found["c d"]?.value == "true")
        #expect(found.count == 3)
    }

    @Test func tablesAndDottedKeys() {
        let found = places("[ remote . 'auth' ]\nx.y = 1\n[remote.tls]\nmode = \"never\"\n")
        #expect(found["remote.auth"]?.name == "'auth'")
        #expect(found["remote.auth.x.y"]?.value == "1")
        #expect(found["remote.tls.mode"]?.value == "\"never\"")
        #expect(found["remote"]?.name == "remote")
    }

    @Test func arraysOfTables() {
        let found = places("[[a]]\nx = 1\n[[a]]\nx = 2\n[a.b]\ny = 3\n")
        #expect(found["a[0].x"]?.value == "1")
        #expect(found["a[1].x"]?.value == "2")
        #expect(found["a[1].b.y"]?.value == "3")
    }

    @Test func arraysAndInlineTables() {
        let found = places("r = [ \"a\", # one\n  [1, 2],\n  { k = \"}\" , 'l.m' = 4 } ,\n]\nz = { a.b = 1 }\n")
        #expect(found["r[0]"]?.value == "\"a\"")
        #expect(found["r[1]"]?.value == "[1, 2]")
        #expect(found["r[1][1]"]?.value == "2")
        #expect(found["r[2].k"]?.value == "\"}\"")
        #expect(found["r[2].l.m"]?.value == "4")
        #expect(found["z.a.b"]?.value == "1")
    }

    @Test func everyKindOfString() {
        let found = places(
            "a = \"x\\\"y # \"\nb = '''\nl1\n'l2' ''' # c\nc = \"\"\"one \\\"\"\" two\"\"\"\"\"\nd = 'a\\'\ne = \"\"\nf = ''\n"
        )
        #expect(found["a"]?.value == "\"x\\\"y # \"")
        #expect(found["b"]?.value == "'''\nl1\n'l2' '''")
        #expect(found["c"]?.value == "\"\"\"one \\\"\"\" two\"\"\"\"\"")
        #expect(found["d"]?.value == "'a\\'")
        #expect(found["e"]?.value == "\"\"")
        #expect(found["f"]?.value == "''")
    }

    @Test func datesWithASpace() {
        let found = places("a = 2026-01-02 03:04:05Z\nb = 2026-01-02 # day\nc = 2026-01-02T03:04:05\n")
        #expect(found["a"]?.value == "2026-01-02 03:04:05Z")
        #expect(found["b"]?.value == "2026-01-02")
        #expect(found["c"]?.value == "2026-01-02T03:04:05")
    }

    @Test func aByteOrderMarkAndCarriageReturns() {
        let found = places("\u{FEFF}a = 1\r\nb = 'x'\r\n")
        #expect(found["a"]?.value == "1")
        #expect(found["b"]?.value == "'x'")
    }

    /// Whatever bytes come, the walk ends inside them.
    @Test func endsOnAnyText() {
        let seed = UInt64.random(in: 0 ... .max)
        print("locator noise seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("ab=.[]{}\"'\\#,\n 1-".utf8)
        for _ in 0..<3000 {
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in alphabet.randomElement(using: &random)!
            }
            for place in TOMLLocator.locate(bytes).values {
                #expect(place.value.upperBound <= bytes.count && (place.name?.upperBound ?? 0) <= bytes.count)
            }
        }
    }

    /// For documents the parser accepts: every value has a place, and the text there reads as that value.
    @Test func placesHoldTheirValues() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("locator document seed \(seed)")
        var writer = DocumentWriter(random: SeededGenerator(seed: seed))
        var checked = 0
        for _ in 0..<300 {
            let text = writer.document()
            let source = SourceText(.file("x.toml"), text.utf8)
            let table: DefinitionTable
            do throws(DefinitionFailure) {
                table = try TOMLDocument(source).table
            } catch {
                Issue.record("the writer made bad TOML: \(error)\n\(text)")
                return
            }
            checked += try check(table, text)
        }
        #expect(checked > 1000)
    }

    private func check(_ table: DefinitionTable, _ text: String) throws -> Int {
        var count = 0
        for entry in table.entries {
            let span = try #require(entry.nameSpan, "no place for \(entry.name) in\n\(text)")
            let key = Array(span.bytes)
            let isQuoted = key.first == UInt8(ascii: "\"") || key.first == UInt8(ascii: "'")
            #expect((isQuoted ? TOMLString.content(key) : key) == Array(entry.name.utf8))
            count += 1 + (try check(entry.node, text))
        }
        return count
    }

    private func check(_ node: DefinitionNode, _ text: String) throws -> Int {
        let span = try #require(node.span, "no place for a value in\n\(text)")
        switch node.value {
        case .table(let table): return try check(table, text)
        case .list(let nodes): return try nodes.reduce(1) { try $0 + check($1, text) }
        default:
            let again = SourceText(.file("again"), Array("v = ".utf8) + span.bytes)
            let value = try TOMLDocument(again).table["v"]?.node.value
            #expect(value == node.value, "\(String(decoding: span.bytes, as: UTF8.self)) in\n\(text)")
            return 1
        }
    }
}

/// Writes random but valid TOML, in all the ways it can be written.
private struct DocumentWriter {
    var random: SeededGenerator
    private var serial = 0

    init(random: SeededGenerator) { self.random = random }

    mutating func document() -> String {
        serial = 0
        var text = Bool.random(using: &random) ? "# a comment [x] = \"y\"\n" : ""
        text += pairs()
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let header = key() + (Bool.random(using: &random) ? " . " + key() : "")
            text +=
                blank() + (Int.random(in: 0..<4, using: &random) == 0 ? "[[\(header)]]" : "[\(header)]") + end()
                + pairs()
        }
        return text
    }

    private mutating func pairs() -> String {
        (0..<Int.random(in: 0...5, using: &random)).map { _ in blank() + pair(depth: 0) + end() }.joined()
    }

    private mutating func pair(depth: Int) -> String {
        let dotted = Int.random(in: 0..<4, using: &random) == 0 ? ".\(key())" : ""
        return key() + dotted + pick([" = ", "=", "  =\t"]) + value(depth: depth)
    }

    /// Names never repeat, so no table is defined twice.
    private mutating func key() -> String {
        serial += 1
        return pick(["k\(serial)", "\"k \(serial)\"", "'k.\(serial)#'", "\"\\u00e9\\\"\(serial)\"", "K-\(serial)_"])
    }

    private mutating func value(depth: Int) -> String {
        switch Int.random(in: 0..<(depth < 3 ? 9 : 7), using: &random) {
        case 0: return pick(["1", "-17", "0xff", "1_000"])
        case 1: return pick(["true", "false"])
        case 2: return pick(["\"a # b\"", "\"\\\\\"", "\"x\\\"y, ]\"", "\"\"", "\"ü\""])
        case 3: return pick(["'a\\'", "'[}'", "''"])
        case 4: return pick(["\"\"\"a\n\"b\" # \\\"\"\"\"", "\"\"\"x\"\"\"\"\"", "'''a\n''b'''"])
        case 5: return pick(["2026-11-21", "2026-11-21 10:00:00Z", "10:00:00", "2026-11-21T10:00:00"])
        case 6: return pick(["1.5", "-2e3"])
        case 7: return array(depth: depth)
        default: return inlineTable(depth: depth)
        }
    }

    private mutating func array(depth: Int) -> String {
        var parts: [String] = []
        for _ in 0..<Int.random(in: 0...4, using: &random) { parts.append(value(depth: depth + 1)) }
        let separator = pick([",", ", ", " ,\n  # note ]\n  "])
        let trailing = parts.isEmpty ? "" : pick(["", ",", ",\n"])
        return "[" + pick(["", " ", "\n"]) + parts.joined(separator: separator) + trailing + "]"
    }

    private mutating func inlineTable(depth: Int) -> String {
        var parts: [String] = []
        for _ in 0..<Int.random(in: 0...3, using: &random) { parts.append(pair(depth: 3)) }
        return "{" + pick(["", " "]) + parts.joined(separator: pick([",", " , "])) + pick(["", " "]) + "}"
    }

    private mutating func blank() -> String { pick(["", "", "  ", "\t", "\n", "# c = 1\n"]) }
    private mutating func end() -> String { pick(["\n", " # tail = 'x'\n", "\r\n", "   \n"]) }
    private mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &random)! }
}
