import Definitions
import FileModel
import Testing
import SeededRandom

@testable import Service

@Suite struct SchedulerTests {
    private var random = SeededGenerator(seed: 1)
    private let start = Timestamp(seconds: 1_800_000_000)

    private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: start.seconds + seconds) }

    private func every(
        _ seconds: Int64, jitter: Duration = .zero, catchUp: Bool = true, overlap: OverlapPolicy = .skip,
        maximumRuntime: Duration? = nil
    ) -> ScheduleDefinition {
        ScheduleDefinition(
            trigger: .every(.seconds(seconds)), timezone: ZoneName("UTC"), jitter: jitter, catchUp: catchUp,
            overlap: overlap, maximumRuntime: maximumRuntime)
    }

    private func scheduler(_ schedule: ScheduleDefinition, last: Int64?) -> Scheduler {
        var scheduler = Scheduler()
        var random = random
        scheduler.scheduleAdded("a", schedule, lastStart: last.map(at), at: start, using: &random)
        return scheduler
    }

    @Test func aFirstEveryIsDueAtOnce() {
        var scheduler = scheduler(every(60), last: nil)
        var random = random
        #expect(scheduler.nextWakeUp == start)
        #expect(scheduler.timerFired(at: start, using: &random) == [.start(name: "a", due: start)])
        #expect(scheduler.nextWakeUp == at(60))
        #expect(scheduler.isRunning("a"))
    }

    @Test func aFirstCronWaitsForItsTime() throws {
        let cron = ScheduleDefinition(trigger: .cron(try CronExpression("0 0 * * *")), timezone: ZoneName("UTC"))
        let scheduler = scheduler(cron, last: nil)
        #expect(try #require(scheduler.nextWakeUp) > start)
    }

    @Test func missedRunsAreMadeUpForOnce() {
        var scheduler = scheduler(every(60), last: -1000)
        var random = random
        #expect(scheduler.timerFired(at: start, using: &random) == [.start(name: "a", due: at(-940))])
        #expect(scheduler.runEnded("a", at: at(1)).isEmpty)
        // -1000 + 17 * 60 = 20
        #expect(scheduler.nextWakeUp == at(20))
    }

    @Test func withoutCatchUpTheNextDueTimeCounts() {
        let scheduler = scheduler(every(60, catchUp: false), last: -1000)
        #expect(scheduler.nextWakeUp == at(20))
    }

    @Test func notMissedIsNotMadeUpFor() {
        #expect(scheduler(every(60), last: -10).nextWakeUp == at(50))
    }

    @Test func aLastStartInTheFutureDoesNotStopTheSchedule() {
        #expect(scheduler(every(60), last: 100_000).nextWakeUp == at(60))
    }

    @Test func anOverlapIsSkipped() {
        var scheduler = scheduler(every(60), last: nil)
        var random = random
        _ = scheduler.timerFired(at: start, using: &random)
        #expect(scheduler.timerFired(at: at(60), using: &random) == [.skip(name: "a", due: at(60))])
        #expect(scheduler.timerFired(at: at(120), using: &random) == [.skip(name: "a", due: at(120))])
        #expect(scheduler.runEnded("a", at: at(130)).isEmpty)
        #expect(scheduler.timerFired(at: at(180), using: &random) == [.start(name: "a", due: at(180))])
    }

    @Test func anOverlapIsQueuedOnce() {
        var scheduler = scheduler(every(60, overlap: .queue), last: nil)
        var random = random
        _ = scheduler.timerFired(at: start, using: &random)
        #expect(scheduler.timerFired(at: at(60), using: &random).isEmpty)
        #expect(scheduler.timerFired(at: at(120), using: &random) == [.skip(name: "a", due: at(120))])
        #expect(scheduler.runEnded("a", at: at(130)) == [.start(name: "a", due: at(60))])
        #expect(scheduler.runEnded("a", at: at(140)).isEmpty)
    }

    @Test func anOverdueRunIsStoppedOnce() {
        var scheduler = scheduler(every(600, maximumRuntime: .seconds(30)), last: nil)
        var random = random
        _ = scheduler.timerFired(at: start, using: &random)
        #expect(scheduler.nextWakeUp == at(30))
        #expect(scheduler.timerFired(at: at(30), using: &random) == [.stop(name: "a")])
        #expect(scheduler.timerFired(at: at(31), using: &random).isEmpty)
        #expect(scheduler.nextWakeUp == at(600))
        #expect(scheduler.runEnded("a", at: at(35)).isEmpty)
    }

    @Test func aRemovedScheduleStartsNothingMore() {
        var scheduler = scheduler(every(60, overlap: .queue), last: nil)
        var random = random
        _ = scheduler.timerFired(at: start, using: &random)
        _ = scheduler.timerFired(at: at(60), using: &random)
        scheduler.scheduleRemoved("a")
        #expect(scheduler.nextWakeUp == nil)
        #expect(scheduler.isRunning("a"))
        #expect(scheduler.runEnded("a", at: at(70)).isEmpty)
        #expect(!scheduler.isRunning("a"))
    }

    @Test func aRunStartedByHandIsNotOverlapped() {
        var scheduler = scheduler(every(60), last: -10)
        var random = random
        scheduler.runStarted("a", at: at(10))
        #expect(scheduler.timerFired(at: at(50), using: &random) == [.skip(name: "a", due: at(50))])
    }

    @Test func jitterDelaysUpToItsLimit() {
        var fired: Set<Int64> = []
        for seed in 0..<200 {
            var scheduler = Scheduler()
            var random = SeededGenerator(seed: UInt64(seed))
            scheduler.scheduleAdded(
                "a", every(3600, jitter: .seconds(300)), lastStart: start, at: start, using: &random)
            let delay = scheduler.nextWakeUp?.duration(since: at(3600)) ?? .seconds(-1)
            #expect(delay >= .zero && delay < .seconds(300))
            fired.insert(delay.components.seconds)
        }
        #expect(fired.count > 50)
    }

    @Test func aLongSleepMakesOneRun() {
        var scheduler = scheduler(every(60), last: -10)
        var random = random
        #expect(scheduler.timerFired(at: at(100_000), using: &random) == [.start(name: "a", due: at(50))])
        #expect(scheduler.runEnded("a", at: at(100_001)).isEmpty)
        #expect(scheduler.nextWakeUp == at(100_010))
    }

    /// Random schedules, run times, reloads and sleeps: runs of a name never overlap, every due time of an idle
    /// schedule starts a run, and the scheduler always has a next time to wake.
    @Test func randomWalk() {
        let seed = UInt64.random(in: 0 ... .max)
        print("scheduler walk seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for _ in 0..<40 { walk(&random) }
    }

    private func walk(_ random: inout SeededGenerator) {
        var scheduler = Scheduler()
        var now = start
        var schedules: [String: ScheduleDefinition] = [:]
        var running: [String: Timestamp] = [:]
        for _ in 0..<400 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                let name = ["a", "b", "c"].randomElement(using: &random) ?? "a"
                let schedule = every(
                    Int64.random(in: 1...500, using: &random), jitter: .seconds(Int.random(in: 0...1, using: &random)),
                    catchUp: Bool.random(using: &random),
                    overlap: Bool.random(using: &random) ? .skip : .queue)
                schedules[name] = schedule
                scheduler.scheduleAdded(name, schedule, lastStart: running[name] ?? now, at: now, using: &random)
            case 1:
                if let name = schedules.keys.sorted().randomElement(using: &random) {
                    schedules[name] = nil
                    scheduler.scheduleRemoved(name)
                }
            case 2...4:
                if let name = running.keys.sorted().randomElement(using: &random) {
                    running[name] = nil
                    check(scheduler.runEnded(name, at: now), schedules, &running, now)
                }
            default:
                guard let wake = scheduler.nextWakeUp else { continue }
                let sleepsLong = Int.random(in: 0..<20, using: &random) == 0
                now = max(now, wake).advanced(by: sleepsLong ? .seconds(5000) : .zero)
                let idle = Set(schedules.keys).subtracting(running.keys)
                let due = idle.filter { (scheduler.nextStart($0) ?? .epoch) <= now }
                let actions = scheduler.timerFired(at: now, using: &random)
                let started = actions.compactMap { if case .start(let name, _) = $0 { name } else { nil } }
                #expect(Set(started).isSuperset(of: due))
                check(actions, schedules, &running, now)
            }
            for name in schedules.keys {
                #expect(
                    scheduler.nextStart(name).map { $0 > now || scheduler.nextWakeUp.map { $0 <= now } ?? false }
                        ?? false)
                #expect(scheduler.isRunning(name) == (running[name] != nil))
            }
        }
    }

    private func check(
        _ actions: [Scheduler.Action], _ schedules: [String: ScheduleDefinition],
        _ running: inout [String: Timestamp], _ now: Timestamp
    ) {
        for action in actions {
            switch action {
            case .start(let name, let due):
                #expect(running[name] == nil, "\(name) overlaps")
                #expect(schedules[name] != nil && due <= now)
                running[name] = now
            case .skip(let name, _): #expect(running[name] != nil)
            case .stop: Issue.record("no run has a limit")
            }
        }
    }
}
