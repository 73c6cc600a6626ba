import FileModel

import Testing

@testable import VirtualFileSystem

@Suite(.timeLimit(.minutes(1)))
struct WaitingTests {
    @Test func aCancelledWaiterLeavesTheOthersWaiting() async throws {
        let promise = Promise<Int>()
        let leaving = Task { try await promise.value() }
        let staying = Task { try await promise.value() }
        leaving.cancel()
        await #expect(throws: StorageError.cancelled) { try await leaving.value }
        promise.fulfil(.success(5))
        #expect(try await staying.value == 5)
    }

    @Test func theGateLetsOneThroughAtATimeInOrder() async throws {
        let gate = SerialGate()
        let inside = Shared(0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await gate.enter()
                    #expect(
                        inside.withLock { value in
                            value += 1; return value
                        } == 1)
                    await Task.yield()
                    inside.withLock { $0 -= 1 }
                    gate.leave()
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func aCancelledPlaceInTheQueueIsPassedOn() async throws {
        let gate = SerialGate()
        try await gate.enter()
        let waiting = Task { try await gate.enter() }
        let next = Task { try await gate.enter() }
        waiting.cancel()
        _ = await waiting.result
        gate.leave()
        try await next.value
        gate.leave()
        try await gate.enter()
    }

    @Test func oneCallServesAllWhoAskMeanwhile() async throws {
        let flights = SingleFlight<Int, Int>()
        let calls = Shared(0)
        let release = Promise<Void>()
        let tasks = (0..<10).map { _ in
            Task {
                try await flights.value(for: 1) { () async throws(StorageError) in
                    calls.withLock { $0 += 1 }
                    try await release.value()
                    return 42
                }
            }
        }
        release.fulfil(.success(()))
        for task in tasks { #expect(try await task.value == 42) }
        #expect(calls.current >= 1)
    }

    @Test func aCallThatNeverAnswersEndsAtItsLimit() async throws {
        let never = Promise<Int>()
        let error = await #expect(throws: StorageError.self) {
            try await TimeLimit(duration: .milliseconds(30)).run("asking", .root) { _ async throws(StorageError) in
                await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
                return try await never.value()
            }
        }
        #expect(error?.code == .timedOut)
    }

    @Test func anAlarmRingsAtItsTimeAlthoughALaterOneWasSetBefore() async throws {
        let alarms = Alarms()
        let rung = Promise<Void>()
        let late = ContinuousClock.now + .seconds(600)
        let soon = ContinuousClock.now + .milliseconds(20)
        alarms.begin(at: { late }) { Issue.record("rang ten minutes early") }
        alarms.begin(at: { soon }) { rung.fulfil(.success(())) }
        try await rung.value()
        #expect(ContinuousClock.now >= soon)
    }

    @Test func anAlarmWhoseTimeMovedRingsThen() async throws {
        let alarms = Alarms()
        let rung = Promise<Void>()
        let time = Shared(ContinuousClock.now + .milliseconds(10))
        alarms.begin(at: { time.current }) { rung.fulfil(.success(())) }
        let moved = time.current + .milliseconds(50)
        time.withLock { $0 = moved }
        try await rung.value()
        #expect(ContinuousClock.now >= moved)
    }

    @Test func anAlarmThatWasEndedDoesNotRing() async throws {
        let alarms = Alarms()
        let rung = Promise<Void>()
        let first = ContinuousClock.now + .milliseconds(10)
        let second = first + .milliseconds(10)
        let ended = alarms.begin(at: { first }) { Issue.record("rang after its end") }
        alarms.begin(at: { second }) { rung.fulfil(.success(())) }
        alarms.end(ended)
        try await rung.value()
    }

    @Test func aTaskStartedHereHasRunUpToItsFirstWaitWhenItReturns() async {
        let promise = Promise<Int>()
        let steps = Shared<[Int]>([])
        let task = startHere {
            steps.withLock { $0.append(1) }
            _ = try? await promise.value()
            steps.withLock { $0.append(2) }
        }
        #expect(steps.current == [1])
        promise.fulfil(.success(0))
        await task.value
        #expect(steps.current == [1, 2])
    }
}
