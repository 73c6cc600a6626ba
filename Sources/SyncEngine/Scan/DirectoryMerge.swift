import FileModel
import SyncCore

/// Compares one directory: a merge of two listings and the records, name by name.
struct DirectoryMerge {
    let visit: Visit
    let rules: ReconcileRules
    let filter: PathFilter
    let limits: Sides<NameLimits>
    let mainFile: GlobPattern?
    let listings: Sides<Listing?>
    let records: [(name: FileName, record: Record)]
    private let observedAt: Timestamp
    private let emitsUnchanged: Bool
    private let isAskedAbout: (RemotePath) -> Bool
    private(set) var result = VisitResult()
    private var collisions: Sides<CollisionIndex>

    init(
        _ visit: Visit, _ context: ScanContext, listings: Sides<Listing?>,
        records: [(name: FileName, record: Record)], observedAt: Timestamp
    ) {
        self.visit = visit
        self.listings = listings
        self.records = records
        rules = context.rules
        filter = context.filter
        limits = context.limits
        mainFile = context.mainFile
        emitsUnchanged = context.emitsUnchanged
        isAskedAbout = context.isAskedAbout
        self.observedAt = observedAt
        collisions = Sides(
            local: CollisionIndex(context.limits.local.folding, listings.local),
            remote: CollisionIndex(context.limits.remote.folding, listings.remote))
    }

    mutating func run() -> VisitResult {
        for side in Side.allCases { result.listed[side] = listings[side]?.items.count ?? 0 }
        var positions = (local: 0, remote: 0, record: 0)
        let local = listings.local?.items ?? []
        let remote = listings.remote?.items ?? []
        while true {
            let heads = [
                positions.local < local.count ? local[positions.local].name : nil,
                positions.remote < remote.count ? remote[positions.remote].name : nil,
                positions.record < records.count ? records[positions.record].name : nil,
            ]
            guard let name = heads.compactMap({ $0 }).min() else { return result }
            let entries = Sides(
                local: heads[0] == name ? local[positions.local].entry : nil,
                remote: heads[1] == name ? remote[positions.remote].entry : nil)
            let record = heads[2] == name ? records[positions.record].record : nil
            if heads[0] == name { positions.local += 1 }
            if heads[1] == name { positions.remote += 1 }
            if heads[2] == name { positions.record += 1 }
            compare(name, entries, record)
        }
    }

    private mutating func compare(_ name: FileName, _ entries: Sides<Entry?>, _ record: Record?) {
        let path = visit.path.appending(name)
        let type = (entries.local ?? entries.remote ?? record?.entries.local ?? record?.entries.remote)?.type
        let isDirectory = type == .directory
        if isAskedAbout(path) { find(path, entries, record, isDirectory: isDirectory) }
        switch filter.verdict(path, entries, isDirectory: isDirectory, visit.ignored) {
        case .exclude:
            if let record {
                add(path, Decision(.forget, row: 27), entries, record)
            } else if isDirectory {
                result.excludedFolders.append(path)
            }
        case .traverse:
            if let record { add(path, Decision(.forget, row: 27), entries, record, onlyItself: true) }
            descend(path, Sides(local: entries.local?.isDirectory == true, remote: entries.remote?.isDirectory == true))
        case .include:
            countMainFile(path, entries)
            decide(name, path, entries, visit.disregardsRecords ? nil : record)
        }
    }

    /// Notes what is known of a path, as far as its folder shows it.
    private mutating func find(_ path: RemotePath, _ entries: Sides<Entry?>, _ record: Record?, isDirectory: Bool) {
        let state = PathState(
            local: entries.local.map(Observation.present) ?? .absent,
            remote: entries.remote.map(Observation.present) ?? .absent, record: record,
            isConflictCopy: path.name.map { ConflictCopyName.isConflictCopy($0) } ?? false)
        var finding = PathFinding(
            path: path, observed: entries, record: record, changes: state.changes(rules),
            decision: reconcile(state, rules),
            exclusion: filter.exclusion(path, entries, isDirectory: isDirectory, visit.ignored))
        if finding.exclusion == nil, let name = path.name,
            let (reason, row, note) = obstacle(name, finding.decision.action, entries)
        {
            finding.decision = Decision(.skip(reason), row: row)
            finding.note = note
        }
        result.findings.append(finding)
    }

    private mutating func countMainFile(_ path: RemotePath, _ entries: Sides<Entry?>) {
        guard let mainFile, entries[rules.mode.source ?? .local]?.type == .regular else { return }
        if mainFile.matches(path, isDirectory: false) { result.mainFiles += 1 }
    }

    private mutating func decide(_ name: FileName, _ path: RemotePath, _ entries: Sides<Entry?>, _ record: Record?) {
        let state = PathState(
            local: entries.local.map(Observation.present) ?? .absent,
            remote: entries.remote.map(Observation.present) ?? .absent, record: record,
            isConflictCopy: ConflictCopyName.isConflictCopy(name))
        var decision = reconcile(state, rules)
        var note: String?
        if let (reason, row, text) = obstacle(name, decision.action, entries) {
            decision = Decision(.skip(reason), row: row)
            note = text
        }
        if decision.action == .skip(.notAFile) { result.special += 1 }
        if emitsUnchanged, decision == Decision(.nothing, row: 1), entries.local?.isDirectory == false {
            decision.action = .adopt
        }
        if decision.action != .nothing { add(path, decision, entries, record, note: note) }
        descend(after: decision.action, path, entries)
    }

    private mutating func add(
        _ path: RemotePath, _ decision: Decision, _ entries: Sides<Entry?>, _ record: Record?, note: String? = nil,
        onlyItself: Bool = false
    ) {
        var attempts = 0
        if case .deletePending(let refusals) = record?.state { attempts = refusals }
        result.steps.append(
            PlannedStep(
                path: path, decision: decision, observed: entries,
                recorded: record?.entries ?? Sides(local: nil, remote: nil), observedAt: observedAt,
                attempts: attempts,
                note: onlyItself ? PlannedStep.onlyItself : note))
    }

    // MARK: - What stands in the way

    /// Why an action that would write must not happen in this run.
    private mutating func obstacle(
        _ name: FileName, _ action: Action, _ entries: Sides<Entry?>
    ) -> (SkipReason, row: Int, String?)? {
        for side in action.sources where isUnsettled(entries[side], side) { return (.unstable, 28, nil) }
        for side in action.targets where entries[side] == nil {
            if let text = limits[side].obstacle(to: name) { return (.unholdableName, 26, text) }
            if let other = collisions[side].collision(of: name) {
                return (.nameCollision, 25, "is the same name as \(quoted(other.bytes)) on the \(side.rawValue) side")
            }
        }
        return nil
    }

    private func isUnsettled(_ entry: Entry?, _ side: Side) -> Bool {
        entry.map { filter.isUnsettled($0, rules.calibration[side]) } ?? false
    }

    // MARK: - Below

    private mutating func descend(after action: Action, _ path: RemotePath, _ entries: Sides<Entry?>) {
        let isDirectory = Sides(
            local: entries.local?.isDirectory == true, remote: entries.remote?.isDirectory == true)
        switch action {
        case .nothing where rules.mode.source.map { !isDirectory[$0] } ?? false: return
        case .nothing, .adopt, .createDirectory, .remove: descend(path, isDirectory)
        case .replaceWithDirectory: descend(path, isDirectory)
        case .separate: descend(path, isDirectory, disregardsRecords: true)
        default: return
        }
    }

    private mutating func descend(_ path: RemotePath, _ exists: Sides<Bool>, disregardsRecords: Bool = false) {
        guard exists.local || exists.remote else { return }
        result.children.append(
            Visit(
                path: path, exists: exists, disregardsRecords: disregardsRecords || visit.disregardsRecords,
                ignored: visit.ignored))
    }
}

extension PlannedStep {
    /// Marks a `.forget` that keeps the records below.
    static let onlyItself = "only-itself"
}

extension Action {
    /// Sides whose content is copied.
    var sources: [Side] {
        switch self {
        case .copy(let side, _): [side]
        case .replaceWithFile(let side): [side.other]
        case .separate(let side): [side]
        case .examineSubtree(let side): [side.other]
        case .conflict, .compareContent: [.local, .remote]
        default: []
        }
    }

    /// Sides on which something is made or overwritten under this name.
    var targets: [Side] {
        switch self {
        case .copy(let side, _): [side.other]
        case .rename(let side, _): [side]
        case .createDirectory(let side), .replaceWithDirectory(let side), .replaceWithFile(let side): [side]
        case .conflict, .separate: [.local, .remote]
        default: []
        }
    }
}
