import Glibc
import Testing

@testable import SyncEngine

/// One thread is woken at a time, but none is left asleep while there is work.
@Suite struct EngineThreadsTests {
    private static let threads = EngineThreads(count: 4)

    @Test(.timeLimit(.minutes(1))) func jobsThatBlockHaveAThreadEach() async {
        for _ in 0..<200 {
            let barrier = Barrier(4)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask(executorPreference: Self.threads) { barrier.wait() } }
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func noJobIsForgotten() async {
        let count = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<1000 {
                group.addTask(executorPreference: Self.threads) {
                    for _ in 0..<10 { await Task.yield() }
                    return 1
                }
            }
            var count = 0
            for await one in group { count += one }
            return count
        }
        #expect(count == 1000)
    }
}

/// Lets threads go on when all of them have come (pthread_barrier_wait(3)).
///
/// `@unchecked`: the pointer never changes, and the barrier is made for many threads.
private final class Barrier: @unchecked Sendable {
    private let pointer = UnsafeMutablePointer<pthread_barrier_t>.allocate(capacity: 1)

    init(_ count: UInt32) { pthread_barrier_init(pointer, nil, count) }

    deinit {
        pthread_barrier_destroy(pointer)
        pointer.deallocate()
    }

    func wait() { pthread_barrier_wait(pointer) }
}
