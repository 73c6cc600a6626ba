extension DefinitionCatalog {
    /// A definition of mounts.d.
    ///
    /// - Throws: everything that is wrong in its file and in the overrides.
    public func mount(
        named name: String, overrides: DefinitionOverrides = .none
    ) throws(DefinitionFailure) -> Decoded<MountDefinition> {
        let findings = Findings()
        let value = decodeMount(try file(.mount, name), overrides.table, findings)
        return try Self.result(value, findings)
    }

    /// A definition of sync.d with its remote.
    public func sync(
        named name: String, overrides: DefinitionOverrides = .none
    ) throws(DefinitionFailure) -> Decoded<SyncDefinition> {
        let findings = Findings()
        let value = decodeSync(try file(.sync, name), overrides, findings)
        return try Self.result(value, findings)
    }

    /// A mount of a URL, without a file.
    public func mount(
        url: String, overrides: DefinitionOverrides = .none
    ) throws(DefinitionFailure) -> Decoded<MountDefinition> {
        let findings = Findings()
        let (table, place) = Self.table(url: url)
        let reader = TableReader(
            FileSchemas.mount, file: table.overlaid(with: overrides.table), place: place, findings: findings)
        return try Self.result(MountDefinition(name: "", reader, argumentContext), findings)
    }

    /// A sync of a local folder and a URL, without a file.
    public func sync(
        url: String, local: String, direction: SyncDirection, overrides: DefinitionOverrides = .none
    ) throws(DefinitionFailure) -> Decoded<SyncDefinition> {
        let findings = Findings()
        var (table, place) = Self.table(url: url)
        table.set("local", to: DefinitionNode(.string(WorkingDirectory.absolute(local))), nameSpan: place)
        table.set("direction", to: DefinitionNode(.string(direction.rawValue)), nameSpan: place)
        let reader = TableReader(
            FileSchemas.sync, file: table.overlaid(with: overrides.table), place: place, findings: findings)
        let none = RemoteLookup(find: { _ in nil }, names: [], broken: [])
        return try Self.result(SyncDefinition(name: "", reader, argumentContext, remotes: none), findings)
    }

    private var argumentContext: DecodingContext {
        DecodingContext(baseDirectory: workingDirectory, home: home)
    }

    private static func table(url: String) -> (DefinitionTable, SourceSpan) {
        let source = SourceText(.argument("URL"), url.utf8)
        let span = SourceSpan(source, 0..<source.bytes.count)
        var remote = DefinitionTable()
        remote.set(RemoteKeys.url.name, to: DefinitionNode(.string(url), at: span), nameSpan: span)
        var table = DefinitionTable()
        table.set(RemoteKeys.schema.name, to: DefinitionNode(.table(remote), at: span), nameSpan: span)
        return (table, span)
    }

    static func result<Value>(_ value: Value?, _ findings: Findings) throws(DefinitionFailure) -> Decoded<Value> {
        guard let value, !findings.all.hasErrors else { throw DefinitionFailure(findings.all) }
        return Decoded(value: value, warnings: findings.all.inReadingOrder)
    }

    func decodeMount(_ file: DefinitionFile, _ overrides: DefinitionTable, _ findings: Findings) -> MountDefinition? {
        file.decode(FileSchemas.mount, overrides: overrides, findings: findings) { reader, context in
            MountDefinition(name: file.name, reader, context)
        }
    }

    func decodeSync(
        _ file: DefinitionFile, _ overrides: DefinitionOverrides, _ findings: Findings
    ) -> SyncDefinition? {
        var own = overrides.table
        if !file.hasOwnRemote { own = overrides.split.rest }
        let remotes = lookup(overrides.split.remote, findings)
        return file.decode(FileSchemas.sync, overrides: own, findings: findings) { reader, context in
            SyncDefinition(name: file.name, reader, context, remotes: remotes)
        }
    }

    /// The remotes of mounts.d with what the command line sets in [remote]; their warnings go to `findings`.
    private func lookup(_ overrides: DefinitionTable, _ findings: Findings) -> RemoteLookup {
        let broken = files.filter { file in
            guard file.kind == .mount else { return false }
            let own = Findings()
            return decodeMount(file, DefinitionTable(), own) == nil || own.all.hasErrors
        }
        return RemoteLookup(
            find: { name in
                guard let file = files.first(where: { $0.kind == .mount && $0.name == name }),
                    !broken.contains(where: { $0.name == name })
                else { return nil }
                return decodeMount(file, overrides, findings)?.remote
            },
            names: mountNames, broken: Set(broken.map(\.name)))
    }
}

extension DefinitionFile {
    /// Whether the file has a [remote] table rather than a name.
    var hasOwnRemote: Bool {
        guard case .success(let table) = content else { return false }
        if case .table? = table[RemoteKeys.schema.name]?.node.value { return true }
        return false
    }
}
