import FileModel
import SyncCore
import Testing
import SeededRandom

/// One path on both sides, with contents that have a name, and what recoverable copies exist.
private struct World: Equatable {
    struct Content: Hashable {
        var entry: Entry
        var id: Int
    }

    var sides: Sides<Content?>
    var record: Record?
    /// Contents in trash and in conflict copies.
    var kept: Set<Int> = []

    var state: PathState {
        PathState(
            local: sides.local.map { .present($0.entry) } ?? .absent,
            remote: sides.remote.map { .present($0.entry) } ?? .absent, record: record)
    }

    var ids: Set<Int> { Set([sides.local?.id, sides.remote?.id].compactMap { $0 }).union(kept) }

    /// What asking for evidence would find.
    func evidence(_ action: Action) -> Evidence {
        switch action {
        case .compareContent: Evidence(content: sides.local?.id == sides.remote?.id ? .equal : .different)
        case .examineSubtree: Evidence(subtree: .unchanged)
        default: Evidence()
        }
    }

    func decision(_ rules: ReconcileRules) -> Decision {
        let first = reconcile(state, rules)
        return reconcile(state, rules, evidence(first.action))
    }

    /// The executor in one breath.
    mutating func apply(_ action: Action, now: Timestamp) {
        switch action {
        case .nothing, .skip: return
        case .adopt: break
        case .forget:
            record = nil
            return
        case .copy(let from, let displaced):
            if displaced == .unsynced, let old = sides[from.other] { kept.insert(old.id) }
            sides[from.other] = sides[from].map { told($0, by: from.other) }
        case .createDirectory(let side): sides[side] = sides[side.other]
        case .replaceWithDirectory(let side), .replaceWithFile(let side):
            if let old = sides[side] { kept.insert(old.id) }
            sides[side] = sides[side.other].map { told($0, by: side) }
        case .remove(let side):
            if let old = sides[side] { kept.insert(old.id) }
            sides[side] = nil
            record = nil
            return
        case .conflict(let winner):
            if let loser = sides[winner.other] { kept.insert(loser.id) }
            sides[winner.other] = sides[winner].map { told($0, by: winner.other) }
        case .separate(let side):
            if let loser = sides[side] { kept.insert(loser.id) }
            sides[side] = sides[side.other]
        case .compareContent, .examineSubtree, .rename:
            Issue.record("evidence was given")
        }
        record = Record(local: sides.local?.entry, remote: sides.remote?.entry, syncedAt: now)
    }

    private func told(_ content: Content, by side: Side) -> Content {
        guard let time = content.entry.modified, side == .remote else { return content }
        var result = content
        result.entry.modified = ModificationTime(
            time.time.rounded(down: .second), resolution: .second, source: .sftp)
        return result
    }
}

extension World {
    static func random(_ generator: inout SeededGenerator) -> World {
        var world = World(sides: Sides(local: nil, remote: nil))
        let recorded = Bool.random(using: &generator)
        let type: FileType = Int.random(in: 0..<5, using: &generator) == 0 ? .directory : .regular
        if recorded {
            world.sides.local = content(.local, type, 1, 1_699_000_000, 10)
            world.sides.remote = content(.remote, type, 1, 1_699_000_000, 10)
            world.record = Record(
                local: world.sides.local?.entry, remote: world.sides.remote?.entry, syncedAt: Samples.lastRun)
        }
        for side in Side.allCases { world.edit(side, &generator) }
        return world
    }

    private mutating func edit(_ side: Side, _ generator: inout SeededGenerator) {
        let id = side == .local ? 2 : 3
        let time = 1_700_050_000 + Int64.random(in: 0..<20, using: &generator) * 100 + (side == .local ? 0 : 50)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: sides[side] = nil
        case 1: sides[side] = Self.content(side, .directory, id, time, 0)
        case 2: sides[side] = Self.content(side, .regular, 4, 1_700_040_000, 33)
        case 3: sides[side] = Self.content(side, .regular, id, time, Int64.random(in: 10...12, using: &generator))
        default: break
        }
    }

    private static func content(_ side: Side, _ type: FileType, _ id: Int, _ time: Int64, _ size: Int64) -> Content {
        let entry = side == .local ? Samples.local(size, at: time, type) : Samples.remote(size, at: time, type)
        return Content(entry: entry, id: type == .directory ? 0 : id)
    }
}

/// A world, the rules it lives under, and what comes of it.
private struct Case {
    let world: World
    let rules: ReconcileRules
    let decision: Decision
    let after: World

    init(_ world: World, _ rules: ReconcileRules) {
        self.world = world
        self.rules = rules
        decision = world.decision(rules)
        var after = world
        after.apply(decision.action, now: Samples.now)
        self.after = after
    }

    /// Whether what `side` holds is known to the other side already.
    private func isSuperseded(_ side: Side) -> Bool { world.record?.entries[side] == world.sides[side]?.entry }

    var keepsWhatIsNotSuperseded: Bool {
        Side.allCases.allSatisfy { side in
            guard let content = world.sides[side], content.id != 0, !isSuperseded(side) else { return true }
            return after.ids.contains(content.id)
        }
    }

    var keepsWhatItDeletes: Bool {
        guard case .remove = decision.action else { return true }
        return world.ids.subtracting([0]).isSubset(of: after.ids)
    }

    var leavesEqualSidesUntouched: Bool {
        guard world.record != nil, Side.allCases.allSatisfy({ isSuperseded($0) }) else { return true }
        return world.sides.local == nil && world.sides.remote == nil || decision.action == .nothing
    }

    var isMirroredByTheSwappedWorld: Bool {
        let evidence = world.evidence(reconcile(world.state, rules).action)
        return reconcile(world.state.swapped, rules.swapped, evidence).action == decision.action.swapped
    }

    var isSettledAfterwards: Bool {
        switch after.decision(rules).action {
        case .nothing, .skip: true
        default: false
        }
    }
}

struct ReconcileLawTests {
    private static let modes: [SyncMode] = [
        .twoWay, .twoWay, .push, .pull, .oneWay(from: .local, mirror: true), .oneWay(from: .remote, mirror: true),
    ]

    @Test func lawsHoldInAHundredThousandRandomWorlds() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        for number in 0..<100_000 {
            let world = World.random(&generator)
            let mode = Self.modes.randomElement(using: &generator) ?? .twoWay
            guard let law = brokenLaw(Case(world, Samples.rules(mode))) else { continue }
            Issue.record("seed \(seed), world \(number), \(mode): \(law) does not hold in \(world)")
            return
        }
    }

    private func brokenLaw(_ one: Case) -> String? {
        if !one.keepsWhatIsNotSuperseded { return "nothing that is not superseded disappears" }
        if !one.keepsWhatItDeletes { return "deleted content is kept" }
        if !one.leavesEqualSidesUntouched { return "equal sides stay untouched" }
        if !one.isMirroredByTheSwappedWorld { return "swapping the sides mirrors the result" }
        if !one.isSettledAfterwards { return "a second run is empty" }
        return nil
    }
}
