/// What `-o key=value` words set, as a table to lay over a definition.
public struct DefinitionOverrides: Hashable, Sendable {
    /// Which keys there are.
    public enum Scope: Hashable, Sendable {
        /// [remote], its sub-tables and [mount].
        case mount
        /// [remote], its sub-tables and the tables of sync.d.
        case sync

        var schema: TableSchema { self == .mount ? FileSchemas.mount : FileSchemas.sync }
        /// Tables whose keys need no prefix, first one first.
        var unprefixed: [String] { self == .mount ? ["remote", "mount"] : ["remote", ""] }
    }

    /// Shaped like a file of that scope.
    private(set) var table = DefinitionTable()

    public static let none = DefinitionOverrides()

    private init() {}

    /// - Parameter words: each what followed one `-o`.
    /// - Throws: every unknown key and missing value; wrong values are found when the definition is decoded.
    public init(_ words: [String], scope: Scope) throws(DefinitionFailure) {
        var faults: [Diagnostic] = []
        for assignment in words.flatMap(OptionWord.assignments) {
            if let fault = add(assignment, scope: scope) { faults.append(fault) }
        }
        if !faults.isEmpty { throw DefinitionFailure(faults) }
    }

    private mutating func add(_ assignment: OptionAssignment, scope: Scope) -> Diagnostic? {
        let given = assignment.value?.text
        if OptionAliases.isIgnored(assignment.name, given) { return nil }
        let (name, value) = OptionAliases.translate(assignment.name, given) ?? (assignment.name, given)
        guard let target = OptionTarget.find(name, scope: scope) else {
            return Diagnostic(
                .error, "unknown option '\(printableText(Array(assignment.key.bytes)))'", at: assignment.key,
                label: OptionTarget.near(name, scope: scope).map { "did you mean '\($0)'?" })
        }
        if target.key.name == AuthKeys.password.name {
            return Diagnostic(
                .error, "a password on the command line can be read by every user of this machine",
                at: assignment.key, label: "use SYNCCTL_PASSWORD, --password-stdin or auth.password_file")
        }
        guard let node = target.node(value, at: assignment.value?.span ?? assignment.key) else {
            return Diagnostic(.error, "'\(assignment.name)' needs a value", at: assignment.key, label: "\(name)=…")
        }
        table.set(node, at: target.path, key: target.key.name, nameSpan: assignment.key)
        return nil
    }

    /// The part for [remote] and the part for everything else, for a sync that names a remote of mounts.d.
    var split: (remote: DefinitionTable, rest: DefinitionTable) {
        let isRemote = { (entry: DefinitionTable.Entry) in entry.name == RemoteKeys.schema.name }
        return (
            DefinitionTable(table.entries.filter(isRemote)), DefinitionTable(table.entries.filter { !isRemote($0) })
        )
    }
}

/// The key that an option's name means.
private struct OptionTarget {
    /// The tables above the key, outermost first.
    let path: [String]
    let key: KeyDescription

    static func find(_ name: String, scope: DefinitionOverrides.Scope) -> OptionTarget? {
        all(scope).first { $0.names(scope).contains(name) }
    }

    static func near(_ name: String, scope: DefinitionOverrides.Scope) -> String? {
        NearName.find(name, among: all(scope).compactMap { $0.names(scope).first })
    }

    private static func all(_ scope: DefinitionOverrides.Scope) -> [OptionTarget] {
        targets(in: scope.schema, path: []).filter { !["url", "remote"].contains($0.key.name) }
    }

    private static func targets(in schema: TableSchema, path: [String]) -> [OptionTarget] {
        schema.keys.map { OptionTarget(path: path, key: $0) }
            + schema.tables.flatMap { targets(in: $0, path: path + [$0.name]) }
    }

    /// How the key may be written, the usual way first: `tls.mode`, `remote.tls.mode`.
    private func names(_ scope: DefinitionOverrides.Scope) -> [String] {
        let full = (path + [key.name]).joined(separator: ".")
        let isShort = path.isEmpty || scope.unprefixed.contains(path[0])
        let short = (path.dropFirst() + [key.name]).joined(separator: ".")
        return isShort && !path.isEmpty ? [short, full] : [full]
    }

    /// The text as the key's type wants it; nil when a value is missing.
    func node(_ text: String?, at span: SourceSpan) -> DefinitionNode? {
        guard let text else { return key.shape == .boolean ? DefinitionNode(.boolean(true), at: span) : nil }
        return Self.node(text, shape: key.shape, at: span)
    }

    private static func node(_ text: String, shape: ValueShape, at span: SourceSpan) -> DefinitionNode {
        switch shape {
        case .integer, .integerOrString:
            DefinitionNode(Int(text).map(DefinitionNode.Value.integer) ?? .string(text), at: span)
        case .boolean:
            DefinitionNode(truth[text.lowercased()].map(DefinitionNode.Value.boolean) ?? .string(text), at: span)
        case .list(let element):
            DefinitionNode(.list([node(text, shape: element, at: span)]), at: span)
        case .string, .table:
            DefinitionNode(.string(text), at: span)
        }
    }

    private static let truth = [
        "true": true, "yes": true, "on": true, "1": true, "false": false, "no": false, "off": false, "0": false,
    ]
}

extension DefinitionTable {
    /// Sets a key below nested tables; a list is continued.
    fileprivate mutating func set(_ node: DefinitionNode, at path: [String], key: String, nameSpan: SourceSpan) {
        if let first = path.first {
            var inner = DefinitionTable()
            if case .table(let existing)? = self[first]?.node.value { inner = existing }
            inner.set(node, at: Array(path.dropFirst()), key: key, nameSpan: nameSpan)
            set(first, to: DefinitionNode(.table(inner), at: nameSpan), nameSpan: nameSpan)
            return
        }
        var node = node
        if case .list(let more) = node.value, case .list(let before)? = self[key]?.node.value {
            node.value = .list(before + more)
        }
        set(key, to: node, nameSpan: nameSpan)
    }
}
