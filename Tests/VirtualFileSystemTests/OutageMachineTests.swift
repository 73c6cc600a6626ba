import FileModel
import Testing
import SeededRandom

@testable import VirtualFileSystem

struct OutageMachineTests {
    private let start = ContinuousClock.now
    private let lost = StorageError(.connectionLost, "lost")
    private let late = StorageError(.timedOut, "late")
    private let refused = StorageError(.unreachable, "refused")

    private func machine() -> OutageMachine { OutageMachine(patience: .seconds(5), now: start) }

    @Test func aLostConnectionIsASuspicionThatAnAnswerEnds() {
        var machine = machine()
        #expect(machine.failed(lost, started: start, at: start + .seconds(1)) == .startProbing)
        #expect(machine.refusal == nil, "calls go on")
        #expect(machine.failed(lost, started: start, at: start + .seconds(2)) == .none, "one probe is enough")
        #expect(machine.answered(at: start + .seconds(3)) == .none)
        #expect(machine.state == .up)
        let goesOn = machine.continuesProbing()
        #expect(!goesOn)
    }

    @Test func aSuspicionThatNothingEndsIsAnOutage() {
        var machine = machine()
        _ = machine.failed(lost, started: start, at: start)
        #expect(machine.timePassed(at: start + .seconds(4)) == .none)
        #expect(machine.timePassed(at: start + .seconds(5)) == .announceOutage(lost, startsProbing: false))
        #expect(machine.refusal == lost)
        #expect(machine.timePassed(at: start + .seconds(50)) == .none, "it is told once")
        let goesOn = machine.continuesProbing()
        #expect(goesOn)
    }

    @Test func aFailedProbeMakesItAnOutage() {
        var machine = machine()
        _ = machine.failed(lost, started: start, at: start)
        #expect(machine.probeFailed(refused, at: start + .seconds(1)) == .announceOutage(refused, startsProbing: false))
        #expect(machine.probeFailed(refused, at: start + .seconds(2)) == .none)
        #expect(machine.refusal == refused)
    }

    @Test func refusalAndSilenceAreOutagesAtOnce() {
        for error in [refused, late] {
            var machine = machine()
            let action = machine.failed(error, started: start + .seconds(1), at: start + .seconds(11))
            #expect(action == .announceOutage(error, startsProbing: true))
            #expect(machine.refusal == error)
        }
    }

    /// A handle on a connection that died long ago says at once that it timed out.
    @Test func aTimeOutOfThePastIsOnlyASuspicion() {
        var machine = machine()
        let now = start + .seconds(30)
        #expect(machine.failed(late, started: now, at: now) == .startProbing)
        #expect(machine.refusal == nil)
    }

    /// Others were answered meanwhile: one request was slow, not the server.
    @Test func oneLateCallOnALivingServerIsNoOutage() {
        var machine = machine()
        _ = machine.answered(at: start + .seconds(9))
        #expect(machine.failed(late, started: start, at: start + .seconds(10)) == .none)
        #expect(machine.state == .up)
    }

    @Test func anyAnswerEndsAnOutage() {
        var machine = machine()
        _ = machine.failed(refused, started: start, at: start + .seconds(1))
        #expect(machine.answered(at: start + .seconds(4)) == .announceReturn(after: .seconds(3)))
        #expect(machine.refusal == nil)
        _ = machine.failed(refused, started: start, at: start + .seconds(5))
        let denied = StorageError(.permissionDenied, "no")
        #expect(
            machine.failed(denied, started: start, at: start + .seconds(7)) == .announceReturn(after: .seconds(2)),
            "a refusal is an answer")
    }

    /// Whatever happens in whatever order: calls are refused exactly while it is down, and a probe runs then.
    @Test func aRandomWalkKeepsTheInvariants() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        var machine = machine()
        var (now, isProbing) = (start, false)
        for _ in 0..<5000 {
            now += .milliseconds(Int.random(in: 0..<2000, using: &random))
            let action: OutageMachine.Action
            switch Int.random(in: 0..<6, using: &random) {
            case 0: action = machine.answered(at: now)
            case 1: action = machine.failed(lost, started: now, at: now)
            case 2:
                action = machine.failed(late, started: now - .seconds(Int.random(in: 0..<12, using: &random)), at: now)
            case 3: action = isProbing ? machine.probeFailed(refused, at: now) : .none
            case 4: action = isProbing ? machine.timePassed(at: now) : .none
            default:
                action = .none
                if isProbing { isProbing = machine.continuesProbing() }
            }
            switch action {
            case .startProbing, .announceOutage(_, startsProbing: true):
                #expect(!isProbing, "two probes, seed \(seed)")
                isProbing = true
            default: break
            }
            if case .down = machine.state {
                #expect(machine.refusal != nil && isProbing, "seed \(seed)")
            } else {
                #expect(machine.refusal == nil, "seed \(seed)")
            }
            if case .suspected = machine.state { #expect(isProbing, "seed \(seed)") }
        }
    }
}
