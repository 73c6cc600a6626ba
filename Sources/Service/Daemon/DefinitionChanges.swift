public import Definitions

/// The definitions that a daemon works by.
public struct ActiveDefinitions: Hashable, Sendable {
    public var mounts: [String: MountDefinition] = [:]
    public var syncs: [String: SyncDefinition] = [:]

    public init() {}

    /// What is to be run; a definition with errors is reported and, if it ran before, goes on as it was.
    ///
    /// - Parameters:
    ///   - previous: by which the daemon works until now.
    ///   - report: receives errors and warnings.
    init(_ catalog: DefinitionCatalog, previous: ActiveDefinitions, report: (Diagnostic) -> Void) {
        for finding in catalog.check() { report(finding) }
        for name in catalog.mountNames {
            if let definition = Self.value({ () throws(DefinitionFailure) in try catalog.mount(named: name) }) {
                if definition.isMountedByDaemon { mounts[name] = definition }
            } else if let before = previous.mounts[name] {
                mounts[name] = before
            }
        }
        for name in catalog.syncNames {
            if let definition = Self.value({ () throws(DefinitionFailure) in try catalog.sync(named: name) }) {
                if definition.enabled, definition.schedule != nil { syncs[name] = definition }
            } else if let before = previous.syncs[name] {
                syncs[name] = before
            }
        }
    }

    private static func value<Value>(
        _ decode: () throws(DefinitionFailure) -> Decoded<Value>
    ) -> Value? {
        do throws(DefinitionFailure) {
            return try decode().value
        } catch {
            return nil  // told by `check`
        }
    }
}

/// What a reload has to do.
public struct DefinitionChanges: Hashable, Sendable, CustomStringConvertible {
    public var removedMounts: [String] = []
    public var addedMounts: [String] = []
    public var changedMounts: [String] = []
    public var removedSyncs: [String] = []
    public var addedSyncs: [String] = []
    public var changedSyncs: [String] = []

    init(from old: ActiveDefinitions, to new: ActiveDefinitions) {
        (removedMounts, addedMounts, changedMounts) = Self.compare(old.mounts, new.mounts)
        (removedSyncs, addedSyncs, changedSyncs) = Self.compare(old.syncs, new.syncs)
    }

    private static func compare<Value: Equatable>(
        _ old: [String: Value], _ new: [String: Value]
    ) -> (removed: [String], added: [String], changed: [String]) {
        (
            old.keys.filter { new[$0] == nil }.sorted(), new.keys.filter { old[$0] == nil }.sorted(),
            new.keys.filter { name in old[name].map { $0 != new[name] } ?? false }.sorted()
        )
    }

    public var description: String {
        let parts = [
            ("new", addedMounts, addedSyncs), ("changed", changedMounts, changedSyncs),
            ("gone", removedMounts, removedSyncs),
        ].compactMap { word, mounts, syncs in
            let names = mounts.map { "mount \($0)" } + syncs.map { "sync \($0)" }
            return names.isEmpty ? nil : "\(word): \(names.joined(separator: ", "))"
        }
        return parts.isEmpty ? "nothing changed" : parts.joined(separator: "; ")
    }
}
