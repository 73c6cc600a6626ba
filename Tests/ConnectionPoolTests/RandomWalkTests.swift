import FileModel
import Foundation
import Testing

@testable import ConnectionPool

/// Any sequence of events, with the invariants checked after each.
@Suite struct RandomWalkTests {
    struct Shape: Sendable, CustomTestStringConvertible {
        let maximum: Int, streams: Int, sharesSlots: Bool
        var transfers = Int.max
        var testDescription: String {
            "\(maximum) × \(streams)\(sharesSlots ? ", shared" : "")\(transfers < .max ? ", \(transfers) each way" : "")"
        }
    }

    static let shapes = [
        Shape(maximum: 1, streams: 1, sharesSlots: false), Shape(maximum: 1, streams: 4, sharesSlots: true),
        Shape(maximum: 2, streams: 1, sharesSlots: true), Shape(maximum: 3, streams: 1, sharesSlots: false),
        Shape(maximum: 3, streams: 3, sharesSlots: true), Shape(maximum: 8, streams: 1, sharesSlots: true),
        Shape(maximum: 5, streams: 1, sharesSlots: false, transfers: 1),
        Shape(maximum: 6, streams: 3, sharesSlots: true, transfers: 2),
        Shape(maximum: 25, streams: 1, sharesSlots: false), Shape(maximum: 25, streams: 2, sharesSlots: true),
    ]

    /// REMORA_SEED repeats a walk.
    static let seed =
        ProcessInfo.processInfo.environment["REMORA_SEED"].flatMap { UInt64($0) } ?? .random(in: 0 ... .max)

    @Test(.timeLimit(.minutes(2)), arguments: shapes) func theMachineKeepsItsPromises(shape: Shape) {
        print("random walk of \(shape.testDescription): REMORA_SEED=\(Self.seed)")
        var configuration = PoolConfiguration(
            name: "ftp://u@host", maximumConnections: shape.maximum, streamsPerConnection: shape.streams)
        configuration.idleTimeout = .seconds(8)
        configuration.keepAlive = .seconds(3)
        configuration.keepAliveTimeout = .seconds(2)
        configuration.checkAfter = .seconds(2)
        configuration.checkTimeout = .seconds(1)
        configuration.maximumDownloadStreams = shape.transfers
        configuration.maximumUploadStreams = shape.transfers
        configuration.limitProbeInterval = .seconds(5)
        configuration.backOffMaximum = .seconds(4)
        var world = PoolWorld(configuration, sharesSlots: shape.sharesSlots, seed: Self.seed)
        for step in 0..<16_000 {
            world.step()
            world.checkInvariants()
            guard world.faults.isEmpty else { break }
            // Now and then all is well and everybody has to be served.
            if step % 2_000 == 1_999 { world.calmDown() }
        }
        #expect(world.faults.all == [], "seed \(Self.seed)")
    }

    @Test func aClosedPoolDrainsFromAnyState() {
        for offset in 0..<50 as Range<UInt64> {
            let configuration = PoolConfiguration(name: "x", maximumConnections: 4)
            var world = PoolWorld(configuration, sharesSlots: true, seed: Self.seed &+ offset)
            for _ in 0..<100 { world.step() }
            world.perform(world.machine.shutdown())
            for _ in 0..<1000 where !world.machine.isFinished { world.step() }
            #expect(world.machine.isFinished && world.requests.isEmpty, "seed \(Self.seed &+ offset)")
        }
    }
}

extension PoolWorld {
    /// One thing that may happen now.
    mutating func step() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<25: request()
        case 25..<45: release(wellMeaning: false)
        case 45..<50: cancel()
        case 50..<60: answerSlot(wellMeaning: false)
        case 60..<72: answerConnect(wellMeaning: false)
        case 72..<77: finishClose()
        case 77..<80: loseConnection()
        case 80..<84: finishCheck(wellMeaning: false)
        case 84..<88 where machine.sharesSlots: demand()
        case 88: chance(50) ? perform(machine.reset(moment)) : recall()
        default: pass(.milliseconds(Int.random(in: 1...400, using: &random)))
        }
    }

    /// Everything goes well from here: everybody who waits is served, and nothing is left over.
    mutating func calmDown() {
        perform(machine.reset(moment))
        let before = requests.count { $0.value.waits }
        for _ in 0..<100_000 where !requests.isEmpty {
            perform(machine.slotsDemanded(.none, moment))
            answerSlot(wellMeaning: true)
            answerConnect(wellMeaning: true)
            finishClose()
            finishCheck(wellMeaning: true)
            release(wellMeaning: true)
            checkInvariants()
        }
        faults.expect(requests.isEmpty, "\(requests.count) of \(before) were never served")
        while let lease = held.keys.first { end(lease, nil) }
        for _ in 0..<1000 where !stages.isEmpty {
            pass(.seconds(1))
            answerSlot(wellMeaning: true)
            answerConnect(wellMeaning: true)
            finishClose()
            finishCheck(wellMeaning: true)
        }
        faults.expect(stages.isEmpty, "\(stages) are left open")
        checkInvariants()
    }

    private mutating func request() {
        guard requests.count < 60, let priority = LeasePriority.allCases.randomElement(using: &random) else { return }
        lastLease += 1
        let id = LeaseID(number: lastLease)
        let waits = chance(75)
        let direction =
            priority == .metadata
            ? nil : [nil, TransferDirection.download, .upload].randomElement(using: &random) ?? nil
        requests[id] = Request(priority: priority, direction: direction, waits: waits)
        if waits, chance(50), requestAtOnce(id, priority, direction) {
            return
        } else if waits {
            let patience = Duration.milliseconds(Int.random(in: 0...20_000, using: &random))
            perform(machine.leaseRequested(id, priority, direction, deadline: now + patience, moment))
        } else {
            let apart = Set(held.values.map(\.connection).filter { _ in chance(20) })
            perform(machine.leaseRequestedIfFree(id, priority, direction, apartFrom: apart, moment))
        }
    }

    /// The short way leads where the long one does, and only where that has no other consequence.
    private mutating func requestAtOnce(
        _ id: LeaseID, _ priority: LeasePriority, _ direction: TransferDirection?
    ) -> Bool {
        var long = machine
        let action = long.leaseRequested(id, priority, direction, deadline: now + .seconds(1), moment)
        guard let connection = machine.leasedAtOnce(id, priority, direction, now) else { return false }
        faults.expect(
            action.replies == [.init(lease: id, answer: .granted(connection))], "\(action) in place of a lease")
        faults.expect(long.snapshot == machine.snapshot, "the short way to a lease led elsewhere")
        perform(PoolAction(replies: action.replies))
        return true
    }

    private mutating func release(wellMeaning: Bool) {
        let first = promised.sorted().first { held[$0] != nil }
        guard let id = first ?? held.keys.sorted().randomElement(using: &random) else { return }
        end(id, !wellMeaning && chance(5) ? StorageError(.connectionLost, "broken") : nil)
    }

    private mutating func end(_ id: LeaseID, _ error: StorageError?) {
        held[id] = nil
        promised.remove(id)
        if error == nil, chance(50), releaseAtOnce(id) { return }
        perform(machine.leaseReleased(id, error, moment))
    }

    private mutating func releaseAtOnce(_ id: LeaseID) -> Bool {
        var long = machine
        let action = long.leaseReleased(id, nil, moment)
        guard machine.releasedAtOnce(id, now) else { return false }
        faults.expect(action.replies.isEmpty, "\(action) in place of a silent end")
        faults.expect(long.snapshot == machine.snapshot, "the short way from a lease led elsewhere")
        return true
    }

    private mutating func cancel() {
        guard let id = requests.keys.sorted().randomElement(using: &random) else { return }
        perform(machine.leaseCancelled(id, moment))
        faults.expect(requests[id] == nil, "a cancelled request was not answered")
    }

    private mutating func any(_ stage: Stage) -> ConnectionID? {
        stages.filter { $0.value == stage }.keys.sorted().randomElement(using: &random)
    }

    private mutating func answerSlot(wellMeaning: Bool) {
        guard let id = any(.slotAsked) else { return }
        if wellMeaning || chance(80) {
            perform(machine.slotGranted(id, moment))
        } else {
            perform(machine.slotDenied(id, chance(50) ? nil : .cancelled, moment))
        }
    }

    private mutating func answerConnect(wellMeaning: Bool) {
        guard let id = any(.slotHeld) else { return }
        if wellMeaning || chance(70) {
            stages[id] = .open
            perform(machine.connectionEstablished(id, heldByOthers: othersHold(), moment))
        } else {
            let codes: [StorageError.Code] = [.unreachable, .timedOut, .tooManyConnections, .loginFailed, .tlsFailed]
            let code = codes.randomElement(using: &random) ?? .failed
            perform(machine.connectFailed(id, StorageError(code, "no"), heldByOthers: othersHold(), moment))
        }
    }

    private mutating func othersHold() -> Int { machine.sharesSlots ? Int.random(in: 0...2, using: &random) : 0 }

    /// Another program has learned something.
    private mutating func recall() {
        var known = ServerKnowledge()
        if chance(50) {
            let probe = Duration.milliseconds(Int.random(in: -5_000...20_000, using: &random))
            known.limit = RememberedLimit(
                maximum: Int.random(in: 1...6, using: &random), untilProbe: probe, interval: .seconds(5))
        }
        if chance(30) {
            let retry = Duration.milliseconds(Int.random(in: 0...9_000, using: &random))
            known.refusal = RememberedRefusal(error: StorageError(.loginFailed, "refused before"), retryIn: retry)
        }
        if chance(50) { known.sinceLogin = .milliseconds(Int.random(in: 0...900_000, using: &random)) }
        perform(machine.recalled(known, moment))
    }

    private mutating func finishClose() {
        guard let id = any(.closing) else { return }
        finish(id, nil)
    }

    private mutating func loseConnection() {
        guard let id = any(.open) else { return }
        finish(id, StorageError(.connectionLost, "lost"))
    }

    private mutating func finish(_ id: ConnectionID, _ error: StorageError?) {
        for (lease, holding) in held where holding.connection == id && chance(50) { held[lease] = nil }
        perform(machine.connectionClosed(id, error, moment))
        faults.expect(stages[id] == nil, "\(id) ended and was not forgotten")
    }

    private mutating func finishCheck(wellMeaning: Bool) {
        guard let id = checks.sorted().randomElement(using: &random) else { return }
        checks.remove(id)
        let error = wellMeaning || chance(80) ? nil : StorageError(.connectionLost, "silent")
        perform(machine.keepAliveDone(id, error, moment))
    }

    private mutating func demand() {
        let wanted = Int.random(in: 0...3, using: &random)
        let surplus = Int.random(in: 0...max(0, wanted), using: &random)
        let starving = surplus == 0 && wanted > 0 && chance(50) ? 1 : 0
        perform(machine.slotsDemanded(SlotDemand(wanted: wanted, surplus: surplus, starving: starving), moment))
    }

    private mutating func pass(_ duration: Duration) {
        let end = now + duration
        while let next = machine.nextTimer(now), next <= end {
            now = next
            perform(machine.timerTriggered(moment))
            checkInvariants()
            guard faults.isEmpty else { return }
        }
        now = end
    }
}
