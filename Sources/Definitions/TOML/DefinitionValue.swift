/// A TOML value with the place where it stands.
public struct DefinitionNode: Hashable, Sendable {
    public indirect enum Value: Hashable, Sendable {
        case string(String)
        case integer(Int)
        case float(Double)
        case boolean(Bool)
        /// A date, a time or both, as TOML writes them: `2026-12-24`.
        case moment(String)
        case list([DefinitionNode])
        case table(DefinitionTable)
    }

    public var value: Value
    /// nil for the defaults of the schema.
    public var span: SourceSpan?

    public init(_ value: Value, at span: SourceSpan? = nil) {
        self.value = value
        self.span = span
    }

    /// What kind of value it is, for "not a …".
    var kind: String {
        switch value {
        case .string: "a string"
        case .integer, .float: "a number"
        case .boolean: "true or false"
        case .moment: "a date or time"
        case .list: "a list"
        case .table: "a table"
        }
    }
}

/// The keys of a TOML table in the order of the text.
///
/// Keys are compared byte for byte, as TOML does; a `Dictionary` of `String` would not.
public struct DefinitionTable: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        public let name: String
        public let nameSpan: SourceSpan?
        public var node: DefinitionNode
    }

    public private(set) var entries: [Entry]

    public init(_ entries: [Entry] = []) {
        self.entries = entries
    }

    public subscript(name: String) -> Entry? {
        entries.first { $0.name.utf8.elementsEqual(name.utf8) }
    }

    mutating func set(_ name: String, to node: DefinitionNode, nameSpan: SourceSpan?) {
        let entry = Entry(name: name, nameSpan: nameSpan, node: node)
        if let index = entries.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
            entries[index] = entry
        } else {
            entries.append(entry)
        }
    }

    /// The table with every value of `other` put over its own; tables are merged key by key.
    func overlaid(with other: DefinitionTable) -> DefinitionTable {
        var result = self
        for entry in other.entries {
            var node = entry.node
            if case .table(let above) = node.value, case .table(let below)? = result[entry.name]?.node.value {
                node.value = .table(below.overlaid(with: above))
            }
            result.set(entry.name, to: node, nameSpan: entry.nameSpan)
        }
        return result
    }
}

// The schema writes its defaults as literals.
extension DefinitionNode: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral
{
    public init(stringLiteral value: String) { self.init(.string(value)) }
    public init(integerLiteral value: Int) { self.init(.integer(value)) }
    public init(booleanLiteral value: Bool) { self.init(.boolean(value)) }
    public init(arrayLiteral elements: DefinitionNode...) { self.init(.list(elements)) }
}

extension DefinitionNode {
    /// The value as TOML writes it on one line.
    var asTOML: String {
        switch value {
        case .string(let text): Self.quotedTOML(text)
        case .integer(let number): "\(number)"
        case .float(let number): "\(number)"
        case .boolean(let flag): "\(flag)"
        case .moment(let text): text
        case .list(let nodes): "[" + nodes.map(\.asTOML).joined(separator: ", ") + "]"
        case .table(let table):
            "{ " + table.entries.map { "\($0.name) = \($0.node.asTOML)" }.joined(separator: ", ") + " }"
        }
    }

    /// A basic string (TOML 1.0, "String") with everything escaped that must be.
    static func quotedTOML(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value):
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
