extension TableReader {
    /// Reports every key and table, at any depth, that the schema does not have.
    func reportUnknown(root: TableSchema) {
        for entry in table.entries { check(entry, root: root) }
    }

    private func check(_ entry: DefinitionTable.Entry, root: TableSchema) {
        if case .table = entry.node.value {
            if let inner = schema.table(entry.name) {
                nested(inner).reportUnknown(root: root)
            } else if schema.key(entry.name) == nil {
                reportUnknownTable(entry)
            }
        } else if schema.key(entry.name) == nil {
            reportUnknownKey(entry, root: root)
        }
    }

    private func reportUnknownTable(_ entry: DefinitionTable.Entry) {
        let name = path.isEmpty ? entry.name : "\(path).\(entry.name)"
        let near = NearName.find(entry.name, among: schema.tables.map(\.name))
        let meant = near.map { path.isEmpty ? $0 : "\(path).\($0)" }
        findings.error(
            "unknown table [\(printableText(Array(name.utf8)))]", at: entry.nameSpan ?? entry.node.span,
            label: meant.map { "did you mean [\($0)]?" })
    }

    private func reportUnknownKey(_ entry: DefinitionTable.Entry, root: TableSchema) {
        if schema.table(entry.name) != nil {
            let name = path.isEmpty ? entry.name : "\(path).\(entry.name)"
            findings.error(
                "'\(entry.name)' is a table of its own, not \(entry.node.kind)", at: entry.nameSpan,
                label: "write [\(name)]")
            return
        }
        let place = path.isEmpty ? "at the top of this file" : "in \(title)"
        findings.error(
            "unknown key '\(printableText(Array(entry.name.utf8)))' \(place)", at: entry.nameSpan ?? entry.node.span,
            label: suggestion(for: entry.name, root: root))
    }

    /// A near name of the same table, or the table where exactly this key belongs.
    private func suggestion(for name: String, root: TableSchema) -> String? {
        let names = schema.keys.map(\.name) + schema.tables.map(\.name)
        let near = NearName.find(name, among: names)
        let homes = Self.homes(of: name, in: root, path: "")
        if let near, near.lowercased() == name.lowercased() || homes.isEmpty { return "did you mean '\(near)'?" }
        if let home = homes.first {
            return home.isEmpty ? "it belongs above the first [table]" : "it belongs in [\(home)]"
        }
        return nil
    }

    private static func homes(of name: String, in schema: TableSchema, path: String) -> [String] {
        let own = schema.key(name) == nil ? [] : [path]
        return own
            + schema.tables.flatMap { homes(of: name, in: $0, path: path.isEmpty ? $0.name : "\(path).\($0.name)") }
    }
}
