extension Reconciliation {
    /// A directory on one side, a file on the other.
    func twoWayTypes(directory: Side) -> Decision {
        let file = directory.other
        switch (changes[directory], changes[file]) {
        case (.modified, .unchanged), (.modified, .racy):
            return Decision(.replaceWithDirectory(on: file), row: 15)
        case (.unchanged, .modified):
            switch evidence.subtree {
            case nil: return Decision(.examineSubtree(on: directory), row: 16)
            case .unchanged where rules.deletes != .never:
                return Decision(.replaceWithFile(on: directory), row: 16)
            case .unchanged, .changed: return Decision(.separate(fileOn: file), row: 16)
            case .unknown: return Decision(.skip(.unknown), row: 14)
            }
        default:
            return rules.conflict == .skip
                ? Decision(.skip(.conflict), row: 17) : Decision(.separate(fileOn: file), row: 17)
        }
    }

    /// The source wins; a whole tree gives way only where nothing in it is the destination's own, or under `mirror`.
    func oneWayTypes(directory: Side, from source: Side) -> Decision {
        if directory == source { return Decision(.replaceWithDirectory(on: source.other), row: 15) }
        switch evidence.subtree {
        case nil: return Decision(.examineSubtree(on: directory), row: 16)
        case .unchanged: return Decision(.replaceWithFile(on: directory), row: 16)
        case .changed where mayMirror: return Decision(.replaceWithFile(on: directory), row: 16)
        case .changed: return Decision(.skip(.typeDiffers), row: 16)
        case .unknown: return Decision(.skip(.unknown), row: 14)
        }
    }

    /// Whether a one-way run may delete what the source does not have.
    var mayMirror: Bool {
        guard case .oneWay(_, let mirror) = rules.mode else { return false }
        return mirror && !rules.isFirstRun && rules.deletes != .never
    }
}
