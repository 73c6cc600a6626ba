/// One key of a table: everything that decoding, `-o`, the reference and the messages need to know about it.
public struct Key<Value: Sendable>: Sendable {
    let name: String
    let format: ValueFormat<Value>
    let fallback: DefinitionNode
    let help: String
    /// A value for the reference where the default says little: `"~/.netrc"`.
    let example: DefinitionNode?

    init(
        _ name: String, _ format: ValueFormat<Value>, default fallback: DefinitionNode, example: DefinitionNode? = nil,
        _ help: String
    ) {
        self.name = name
        self.format = format
        self.fallback = fallback
        self.help = help
        self.example = example
    }

    /// The value when the key is absent.
    var fallbackValue: Value {
        do throws(ValueProblem) {
            return try format.decode(fallback)
        } catch {
            preconditionFailure("the default of '\(name)' does not fit its own format")
        }
    }

    var description: KeyDescription {
        KeyDescription(
            name: name, summary: format.summary, shape: format.shape, fallback: fallback, example: example, help: help)
    }
}

/// A `Key` without its type.
public struct KeyDescription: Hashable, Sendable {
    public let name: String
    public let summary: String
    public let shape: ValueShape
    let fallback: DefinitionNode
    let example: DefinitionNode?
    public let help: String

    /// The default as TOML writes it.
    public var fallbackText: String { fallback.asTOML }
}

/// The keys and sub-tables of one table.
public struct TableSchema: Hashable, Sendable {
    /// Empty for the top of a file.
    public let name: String
    public let help: String
    public let keys: [KeyDescription]
    public let tables: [TableSchema]

    init(_ name: String, _ help: String, keys: [KeyDescription], tables: [TableSchema] = []) {
        self.name = name
        self.help = help
        self.keys = keys
        self.tables = tables
    }

    func key(_ name: String) -> KeyDescription? { keys.first { $0.name == name } }
    func table(_ name: String) -> TableSchema? { tables.first { $0.name == name } }
}
