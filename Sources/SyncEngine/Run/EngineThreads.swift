import Glibc
import Synchronization

/// The threads on which a run's tasks execute.
///
/// The engine waits for disks in many places (readdir(3), pread(2), SQLite); on the cooperative pool each wait would
/// take a core from everybody else. The threads start with the first run and stay.
final class EngineThreads: TaskExecutor {
    static let shared = EngineThreads(count: max(4, min(16, 4 * Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))))

    private let waiting = Mutex<Jobs>(Jobs())
    private let available: Semaphore

    /// Jobs in order; the front moves so that taking one costs nothing.
    private struct Jobs {
        var items: [UnownedJob?] = []
        var front = 0

        mutating func append(_ job: UnownedJob) { items.append(job) }

        mutating func next() -> UnownedJob? {
            guard front < items.count else { return nil }
            defer { front += 1 }
            if front >= 1024, front * 2 > items.count {
                items.removeFirst(front)
                front = 0
            }
            return items[front]
        }
    }

    init(count: Int) {
        available = Semaphore()
        for _ in 0..<count { startThread() }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        waiting.withLock { $0.append(job) }
        available.signal()
    }

    private func startThread() {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(self)
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<EngineThreads>.fromOpaque(context).takeRetainedValue().serve()
                return nil
            }, box.toOpaque())
        precondition(result == 0, "no thread could be started")
        pthread_detach(thread)
    }

    private func serve() {
        while true {
            available.wait()
            if let job = waiting.withLock({ $0.next() }) {
                job.runSynchronously(on: asUnownedTaskExecutor())
            }
        }
    }
}

/// A counting semaphore (sem_overview(7)) at an address of its own.
///
/// `@unchecked`: the pointer never changes, and sem_post and sem_wait may be called from any thread.
private final class Semaphore: @unchecked Sendable {
    private let pointer = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(pointer, 0, 0) }

    deinit {
        sem_destroy(pointer)
        pointer.deallocate()
    }

    func signal() { sem_post(pointer) }

    func wait() {
        while sem_wait(pointer) != 0, errno == EINTR {}
    }
}
