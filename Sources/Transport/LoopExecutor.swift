public import NIOCore

/// Runs the jobs of an actor that lives on an event loop, and of tasks that are at work in that actor.
///
/// After a wait (`withCheckedContinuation`) Swift 6.3 resumes a task first where it would run outside any actor, which is
/// the global pool or the executor it prefers, and sends it to the actor's executor from there: two changes of threads. In
/// a task that prefers this executor both places are the event loop, and one job does for both. For tasks that are mostly
/// outside of actors there is `LoopTaskExecutor`.
public final class LoopExecutor: SerialExecutor, TaskExecutor {
    public let loop: any EventLoop

    public init(_ loop: any EventLoop) { self.loop = loop }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute {
            job.runSynchronously(
                isolatedTo: self.asUnownedSerialExecutor(), taskExecutor: self.asUnownedTaskExecutor())
        }
    }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(complexEquality: self) }

    public func isSameExclusiveExecutionContext(other: LoopExecutor) -> Bool { loop === other.loop }

    public func checkIsolated() { loop.preconditionInEventLoop() }
}
