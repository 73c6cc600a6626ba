/// Collects what is found while a file is decoded.
final class Findings {
    private(set) var all: [Diagnostic] = []

    func error(_ message: String, at span: SourceSpan?, label: String? = nil) {
        add(Diagnostic(.error, message, at: span, label: label))
    }

    func warning(_ message: String, at span: SourceSpan?, label: String? = nil) {
        add(Diagnostic(.warning, message, at: span, label: label))
    }

    /// A key that is read in two places is reported once.
    private func add(_ finding: Diagnostic) {
        if !all.contains(finding) { all.append(finding) }
    }
}

/// Reads the keys of one table by its schema.
///
/// Reports unknown keys when it is made and wrong values as they are read; a wrong value reads as its default, so that
/// decoding goes on to the next error.
struct TableReader {
    let schema: TableSchema
    /// `remote.tls`; empty for the top of a file.
    let path: String
    let table: DefinitionTable
    /// Where to point when something is missing: the header, or the start of the file.
    let place: SourceSpan?
    let findings: Findings

    /// The top of a file.
    init(_ schema: TableSchema, file table: DefinitionTable, place: SourceSpan?, findings: Findings) {
        self.init(schema, path: "", table: table, place: place, findings: findings)
        reportUnknown(root: schema)
    }

    private init(_ schema: TableSchema, path: String, table: DefinitionTable, place: SourceSpan?, findings: Findings) {
        self.schema = schema
        self.path = path
        self.table = table
        self.place = place
        self.findings = findings
    }

    /// The value of `key`, or its default where it is absent or wrong.
    func read<Value>(_ key: Key<Value>) -> Value {
        guard let entry = table[key.name] else { return key.fallbackValue }
        do throws(ValueProblem) {
            return try key.format.decode(entry.node)
        } catch {
            report(error, of: key.name, summary: key.format.summary, node: entry.node)
            return key.fallbackValue
        }
    }

    /// Whether the text has the key, at any value.
    func has<Value>(_ key: Key<Value>) -> Bool { table[key.name] != nil }

    /// Where the value of the key stands; the key or the table where there is none.
    func place<Value>(of key: Key<Value>) -> SourceSpan? {
        table[key.name]?.node.span ?? table[key.name]?.nameSpan ?? place
    }

    func namePlace(of name: String) -> SourceSpan? { table[name]?.nameSpan ?? table[name]?.node.span ?? place }

    /// `[remote.tls]`, for messages.
    var title: String { path.isEmpty ? "this file" : "[\(path)]" }

    /// A sub-table; an absent one reads as empty.
    func nested(_ schema: TableSchema) -> TableReader {
        let path = self.path.isEmpty ? schema.name : "\(self.path).\(schema.name)"
        guard let entry = table[schema.name], case .table(let inner) = entry.node.value else {
            return TableReader(schema, path: path, table: DefinitionTable(), place: place, findings: findings)
        }
        return TableReader(schema, path: path, table: inner, place: entry.nameSpan ?? place, findings: findings)
    }

    func hasTable(_ schema: TableSchema) -> Bool {
        if case .table? = table[schema.name]?.node.value { true } else { false }
    }

    private func report(_ problem: ValueProblem, of name: String, summary: String, node: DefinitionNode) {
        let (wrong, wanted) = problem.element ?? (node, summary)
        let subject = problem.element == nil ? "'\(name)'" : "each element of '\(name)'"
        findings.error(
            problem.message ?? "\(subject) must be \(wanted), not \(Self.shown(wrong, of: name))",
            at: wrong.span ?? node.span ?? table[name]?.nameSpan,
            label: problem.suggestion.map { "did you mean \($0)?" })
    }

    /// A short value itself, a long or secret one by its kind.
    private static func shown(_ node: DefinitionNode, of name: String) -> String {
        switch node.value {
        case .list, .table: return node.kind
        case .string where name == AuthKeys.password.name: return node.kind
        default:
            let text = node.asTOML
            return text.count <= 60 && !text.contains("://") ? text : node.kind
        }
    }
}
