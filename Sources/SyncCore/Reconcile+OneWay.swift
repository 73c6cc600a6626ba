extension Reconciliation {
    func onlyAtSource(_ entry: Entry, _ source: Side) -> Decision {
        create(entry, from: source, row: source == .local ? 4 : 5)
    }

    func onlyAtDestination(_ destination: Side) -> Decision {
        let row = destination == .remote ? 9 : 10
        if path.record?.state == .tombstone, !changes[destination].isEdit { return Decision(.nothing, row: 11) }
        guard mayMirror else { return Decision(.nothing, row: row) }
        if case .deletePending(let attempts) = path.record?.state, !changes[destination].isEdit {
            return pendingDelete(destination, attempts)
        }
        return Decision(.remove(from: destination), row: row)
    }

    /// Files or links on both sides; the source wins.
    func oneWayFiles(_ entries: Sides<Entry>, from source: Side) -> Decision {
        switch (changes[source], changes[source.other]) {
        case (.unchanged, .unchanged), (.unchanged, .racy):
            return Decision(path.record?.state == .clean ? .nothing : .adopt, row: 1)
        case (.modified, .unchanged):
            return overwrite(from: source)
        case (.racy, .unchanged), (.racy, .racy):
            return byContent(entries, from: source, row: 1)
        default:
            return compared(entries, from: source)
        }
    }

    /// Without records that speak for both, or with an edit at the destination, the sides are compared.
    private func compared(_ entries: Sides<Entry>, from source: Side) -> Decision {
        switch CrossComparison(entries, rules.calibration, comparesSizes: rules.comparesSizes) {
        case .equal: Decision(.adopt, row: 6)
        case .undecided: byContent(entries, from: source, row: 7)
        case .different: overwrite(from: source)
        }
    }

    private func byContent(_ entries: Sides<Entry>, from source: Side, row: Int) -> Decision {
        switch content(entries) {
        case nil: Decision(.compareContent, row: row)
        case .equal: Decision(.adopt, row: row)
        case .unavailable where row == 1: Decision(.adopt, row: row)
        case .different, .unavailable: overwrite(from: source)
        }
    }

    private func overwrite(from source: Side) -> Decision {
        let isOwn = changes[source.other] != .unchanged && rules.overwrite != .always
        return Decision(
            .copy(from: source, displaced: isOwn ? .unsynced : .superseded), row: source == .local ? 2 : 3)
    }
}
