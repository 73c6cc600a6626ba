/// Starts a task on this thread, as far as it gets without waiting; it goes on where the calling task prefers to run.
///
/// A task that is merely created waits for another thread, which costs as much as a server nearby takes to answer. The
/// caller holds no lock that the body takes.
@discardableResult
func startHere(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
    let preferred = withUnsafeCurrentTask { $0?.unownedTaskExecutor }
    return Task.immediate(executorPreference: preferred?.asTaskExecutor()) { await body() }
}
