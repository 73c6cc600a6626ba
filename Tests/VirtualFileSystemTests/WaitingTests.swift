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
}
