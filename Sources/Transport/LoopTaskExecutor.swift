public import FileModel
public import NIOCore

/// Runs tasks on an event loop on which they belong to no actor.
///
/// Swift goes on without a new job after an `await` only where the job that runs is of the place that the code belongs to.
/// In a job of a `LoopExecutor` that is the actor's, so code outside of actors would go through the loop's queue once more
/// at each return: 24 times for one read of a mount.
public final class LoopTaskExecutor: TaskExecutor {
    public let loop: any EventLoop

    public init(_ loop: any EventLoop) { self.loop = loop }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// Runs `body` on the loop, for work of several waits that does little in between.
    ///
    /// - Parameter body: must not block, nor compute for long: all of the loop's connections wait meanwhile.
    public func run<Value: Sendable>(
        _ body: @Sendable () async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let result: Result<Value, StorageError> = await withTaskExecutorPreference(self) {
            do throws(StorageError) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
