import ArgumentParser
import Definitions
import FileModel

/// The server that `test` and `ls` are asked about.
struct RemoteTarget {
    let remote: RemoteDefinition
    let folder: RemoteFolder
    /// The root of the server, or the folder of a definition as a whole.
    let isRoot: Bool

    /// - Parameter target: a URL; a name in mounts.d, or in sync.d; `name/path` is below the folder of the name.
    static func find(
        _ target: String, _ directories: DirectoryOptions, _ options: RemoteOptions
    ) throws -> RemoteTarget {
        let catalog = directories.catalog()
        var found: RemoteTarget
        if RemoteURL.looksLikeURL(target) {
            let overrides = try DefinitionOverrides(options.options, scope: .mount)
            found = try mount(catalog.mount(url: target, overrides: overrides))
            found = RemoteTarget(remote: found.remote, folder: found.folder, isRoot: found.folder.path.isRoot)
        } else {
            let parts = target.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            found = try named(parts[0], catalog, options)
            if parts.count > 1 { found = found.below(try RemotePath(parts[1])) }
        }
        var remote = found.remote
        try options.apply(to: &remote)
        return RemoteTarget(remote: remote, folder: found.folder, isRoot: found.isRoot)
    }

    private static func named(
        _ name: String, _ catalog: DefinitionCatalog, _ options: RemoteOptions
    ) throws -> RemoteTarget {
        guard !catalog.mountNames.contains(name), catalog.syncNames.contains(name) else {
            let overrides = try DefinitionOverrides(options.options, scope: .mount)
            return try mount(catalog.mount(named: name, overrides: overrides))
        }
        let overrides = try DefinitionOverrides(options.options, scope: .sync)
        let decoded = try catalog.sync(named: name, overrides: overrides)
        show(decoded.warnings)
        return RemoteTarget(remote: decoded.value.remote, folder: decoded.value.folder, isRoot: true)
    }

    private static func mount(_ decoded: Decoded<MountDefinition>) throws -> RemoteTarget {
        show(decoded.warnings)
        return RemoteTarget(remote: decoded.value.remote, folder: decoded.value.folder, isRoot: true)
    }

    private static func show(_ warnings: [Diagnostic]) {
        if !warnings.isEmpty { Terminal.errors.writeLine(Terminal.errors.colored(warnings)) }
    }

    private func below(_ path: RemotePath) -> RemoteTarget {
        RemoteTarget(remote: remote, folder: folder.appending(path), isRoot: isRoot && path.isRoot)
    }

    /// `ftpes://ftp.example.com:21/outgoing`, for messages.
    var title: String {
        let path = folder.description
        return "\(remote.identity)\(path.hasPrefix("/") ? path : "/" + path)"
    }
}
