import NIOCore
import Testing

@testable import Transport

@Suite struct LoopExecutorTests {
    private actor Resident {
        nonisolated let executor: LoopExecutor
        nonisolated let loop: any EventLoop
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        init(_ executor: LoopExecutor, _ loop: any EventLoop) {
            self.executor = executor
            self.loop = loop
        }

        /// Waits for what the loop does, and tells whether it is still there.
        func wait() async -> Bool {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                loop.execute { continuation.resume() }
            }
            return loop.inEventLoop
        }
    }

    @Test func anActorWaitsOnItsLoop() async {
        let loop = EventLoops.next()
        let resident = Resident(LoopExecutor(loop), loop)
        #expect(await resident.wait())
    }

    @Test func aTaskThatPrefersTheLoopIsThereOutsideOfActorsToo() async {
        let loop = EventLoops.next()
        let executor = LoopExecutor(loop)
        let resident = Resident(executor, loop)
        let places = await Task(executorPreference: executor) {
            let before = loop.inEventLoop
            let within = await resident.wait()
            return [before, within, loop.inEventLoop]
        }.value
        #expect(places == [true, true, true])
    }

    @Test func twoExecutorsOfOneLoopAreOnePlace() async {
        let loop = EventLoops.next()
        let (one, other) = (LoopExecutor(loop), LoopExecutor(loop))
        #expect(one.isSameExclusiveExecutionContext(other: other))
        let resident = Resident(other, loop)
        #expect(await Task(executorPreference: one) { await resident.wait() }.value)
    }
}
