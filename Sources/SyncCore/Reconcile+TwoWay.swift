import FileModel

extension Reconciliation {
    /// Present on `side` alone: new there, or deleted on the other side.
    func onlyOn(_ side: Side, _ entry: Entry) -> Decision {
        if changes[side.other] == .absent { return neverOrNoLongerThere(side, entry) }
        switch changes[side] {
        case .unchanged: return propagateDelete(from: side, entry)
        case .racy where rules.deletes == .trash: return propagateDelete(from: side, entry)
        default: return create(entry, from: side, row: side == .remote ? 12 : 13)
        }
    }

    private func propagateDelete(from side: Side, _ entry: Entry) -> Decision {
        if rules.deletes == .never { return Decision(.nothing, row: side == .remote ? 9 : 10) }
        return Decision(.remove(from: side), row: entry.isDirectory ? 24 : side == .remote ? 9 : 10)
    }

    /// The other side has no record of it either: new here, a pending deletion, or a tombstone.
    private func neverOrNoLongerThere(_ side: Side, _ entry: Entry) -> Decision {
        switch path.record?.state {
        case .deletePending(let attempts) where !changes[side].isEdit: pendingDelete(side, attempts)
        case .tombstone where !changes[side].isEdit: Decision(.nothing, row: 11)
        default: create(entry, from: side, row: side == .local ? 4 : 5)
        }
    }

    /// Refused before: tried again when its time has come.
    func pendingDelete(_ side: Side, _ attempts: Int) -> Decision {
        guard rules.deletes != .never else { return Decision(.nothing, row: 29) }
        let elapsed = rules.now.duration(since: path.record?.syncedAt ?? .epoch)
        return elapsed >= Record.deletionWait(after: attempts) || elapsed < .zero
            ? Decision(.remove(from: side), row: 29) : Decision(.skip(.deletePending), row: 29)
    }

    /// Files or links on both sides.
    func twoWayFiles(_ entries: Sides<Entry>) -> Decision {
        switch (changes.local, changes.remote) {
        case (.unchanged, .unchanged):
            return Decision(path.record?.state == .clean ? .nothing : .adopt, row: 1)
        case (.unchanged, .racy), (.racy, .unchanged), (.racy, .racy):
            return racyFiles(entries)
        case (let local, .unchanged) where local.isEdit:
            return Decision(.copy(from: .local, displaced: .superseded), row: 2)
        case (let local, .racy) where local.isEdit:
            return Decision(.copy(from: .local, displaced: .unsynced), row: 2)
        case (.unchanged, _):
            return Decision(.copy(from: .remote, displaced: .superseded), row: 3)
        case (.racy, _):
            return Decision(.copy(from: .remote, displaced: .unsynced), row: 3)
        default:
            return bothEdited(entries)
        }
    }

    /// A write may hide behind an unchanged size and time: the contents are compared once.
    private func racyFiles(_ entries: Sides<Entry>) -> Decision {
        switch content(entries) {
        case nil: return Decision(.compareContent, row: 1)
        case .equal, .unavailable: return Decision(.adopt, row: 1)
        case .different: break
        }
        switch (changes.local, changes.remote) {
        case (.racy, .unchanged): return Decision(.copy(from: .local, displaced: .superseded), row: 2)
        case (.unchanged, .racy): return Decision(.copy(from: .remote, displaced: .superseded), row: 3)
        default: return settleConflict(entries)
        }
    }

    private func bothEdited(_ entries: Sides<Entry>) -> Decision {
        let comparison = CrossComparison(entries, rules.calibration, comparesSizes: rules.comparesSizes)
        if comparison == .equal { return Decision(.adopt, row: 6) }
        guard mayHoldTheSame(entries) else { return settleConflict(entries) }
        let row = comparison == .undecided ? 7 : 6
        switch content(entries) {
        case nil: return Decision(.compareContent, row: row)
        case .equal: return Decision(.adopt, row: row)
        case .different, .unavailable: return settleConflict(entries)
        }
    }

    private func settleConflict(_ entries: Sides<Entry>) -> Decision {
        guard let winner = Conflict.winner(rules.conflict, entries, rules.calibration) else {
            return Decision(.skip(.conflict), row: 8)
        }
        if path.isConflictCopy { return Decision(.copy(from: winner, displaced: .unsynced), row: 8) }
        return Decision(.conflict(winner: winner), row: 8)
    }

    func mayHoldTheSame(_ entries: Sides<Entry>) -> Bool {
        entries.local.type == entries.remote.type
            && (entries.local.size == entries.remote.size || !rules.comparesSizes && entries.local.type == .regular)
    }

    /// The evidence on the contents; nil when they have to be compared first.
    func content(_ entries: Sides<Entry>) -> Evidence.Content? {
        if !mayHoldTheSame(entries) { return .different }
        if entries.local.type == .regular, entries.local.size == 0, entries.remote.size == 0 { return .equal }
        if entries.local.size > rules.contentLimit { return evidence.content ?? .unavailable }
        return evidence.content
    }
}
