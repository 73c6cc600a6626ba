import Glibc
import Synchronization

/// The work did not end in its time.
struct TookTooLong: Error {
    let limit: Duration
}

/// Runs work that may block in the kernel, such as system calls on a mount, on a thread of its own.
///
/// - Parameter onTimeout: has to make the work end, by ending what it waits for.
/// - Throws: what `body` throws, or `TookTooLong` when it had to be ended.
func blocking<R: Sendable>(
    within limit: Duration, onTimeout: @escaping @Sendable () async -> Void,
    _ body: @escaping @Sendable () throws -> R
) async throws -> R {
    let watchdog = Task {
        try await Task.sleep(for: limit)
        await onTimeout()
        return true
    }
    let result: Result<R, any Error> = await withCheckedContinuation { continuation in
        startThread { continuation.resume(returning: Result(catching: body)) }
    }
    watchdog.cancel()
    if case .success(true) = await watchdog.result { throw TookTooLong(limit: limit) }
    return try result.get()
}

private func startThread(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(ThreadBody(body))
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, 1 << 20)
    let code = pthread_create(
        &thread, &attributes,
        { pointer in
            guard let pointer else { return nil }
            Unmanaged<ThreadBody>.fromOpaque(pointer).takeRetainedValue().run()
            return nil
        }, box.toOpaque())
    precondition(code == 0, "pthread_create: \(code)")
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
