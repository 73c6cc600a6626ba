import NIOCore
import Synchronization
import Testing

@testable import Transport

@Suite struct LoopTaskExecutorTests {
    /// Whether something has happened.
    private final class Mark: Sendable {
        private let isSet = Atomic(false)

        func set() { isSet.store(true, ordering: .relaxed) }

        var value: Bool { isSet.load(ordering: .relaxed) }
    }

    private let loop = EventLoops.next()

    @inline(never)
    private func next(_ value: Int) async -> Int { value + 1 }

    /// Whether what waited for the loop came about while functions outside of actors were called and returned.
    private func takesTurns(preferring executor: any TaskExecutor) async -> Bool {
        await Task(executorPreference: executor) { [loop] in
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                loop.execute { continuation.resume() }
            }
            let mark = Mark()
            loop.execute { mark.set() }
            var count = 0
            while count < 10 { count = await next(count) }
            return mark.value
        }.value
    }

    @Test func callsOutsideOfActorsReturnWithoutATurnOfTheLoop() async {
        #expect(await !takesTurns(preferring: LoopTaskExecutor(loop)))
    }

    @Test func aTaskIsOnTheLoopAfterEachWait() async {
        let places = await Task(executorPreference: LoopTaskExecutor(loop)) { [loop] in
            let before = loop.inEventLoop
            await Task.yield()
            return [before, loop.inEventLoop]
        }.value
        #expect(places == [true, true])
    }
}
