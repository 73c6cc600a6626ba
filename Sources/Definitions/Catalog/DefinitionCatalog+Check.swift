extension DefinitionCatalog {
    /// Everything that is wrong or doubtful in the definitions.
    ///
    /// - Parameter only: names to look at; empty means all. A name that no definition has is an error.
    public func check(only: [String] = []) -> [Diagnostic] {
        var found = faults
        for name in only where !files.contains(where: { $0.name == name }) {
            let near = NearName.find(name, among: files.map(\.name))
            found.append(
                Diagnostic(
                    .error, "there is no definition '\(printableText(Array(name.utf8)))'",
                    label: near.map { "did you mean '\($0)'?" }))
        }
        for file in files where only.isEmpty || only.contains(file.name) {
            let findings = Findings()
            switch file.kind {
            case .mount: _ = decodeMount(file, DefinitionTable(), findings)
            case .sync: _ = decodeSync(file, .none, findings)
            }
            // A remote's own remarks were made in its own file.
            found += findings.all.filter { $0.span.map { $0.source == file.source } ?? true }
        }
        return (found + sharedMountpoints(only)).inReadingOrder
    }

    /// Definitions that `check` looks at.
    public func count(only: [String] = []) -> Int {
        files.count { only.isEmpty || only.contains($0.name) }
    }

    /// Two definitions cannot be mounted on one folder.
    private func sharedMountpoints(_ only: [String]) -> [Diagnostic] {
        var owners: [String: String] = [:]
        var found: [Diagnostic] = []
        for file in files where file.kind == .mount {
            guard let definition = decodeMount(file, DefinitionTable(), Findings()), definition.isMountedByDaemon,
                let folder = definition.mount.mountpoint, case .success(let table) = file.content,
                case .table(let mount)? = table[MountKeys.schema.name]?.node.value
            else { continue }
            if let owner = owners[folder], only.isEmpty || only.contains(file.name) {
                found.append(
                    Diagnostic(
                        .error, "\(folder) is the mount point of \(owner) already",
                        at: mount[MountKeys.mountpoint.name]?.node.span))
            }
            owners[folder] = owners[folder] ?? file.source.name
        }
        return found
    }
}
