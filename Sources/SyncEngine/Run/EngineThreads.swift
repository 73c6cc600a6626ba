import Glibc
import Synchronization

/// The threads on which a run's tasks execute.
///
/// The engine waits for disks in many places (readdir(3), pread(2), SQLite); on the cooperative pool each wait would
/// take a core from everybody else. The threads start with the first run and stay.
///
/// Jobs come in bursts, and most are short. So one thread at a time is woken, and the next by the one that was: those
/// that are awake have often done all there is before a further one would have had its turn.
final class EngineThreads: TaskExecutor {
    static let shared = EngineThreads(count: max(4, min(16, 4 * Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))))

    private struct State {
        var jobs = Jobs()
        var sleeping = 0
        /// A thread is on its way to the jobs. Where some wait and threads sleep, one always is.
        var isWaking = false

        /// - Returns: whether a sleeping thread is to be woken now.
        mutating func wake() -> Bool {
            guard sleeping > 0, !isWaking, !jobs.isEmpty else { return false }
            sleeping -= 1
            isWaking = true
            return true
        }
    }

    private let state = Mutex(State())
    private let available: Semaphore

    /// Jobs in order; the front moves so that taking one costs nothing.
    private struct Jobs {
        var items: [UnownedJob?] = []
        var front = 0

        var isEmpty: Bool { front == items.count }

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
        let wakes = state.withLock { state in
            state.jobs.append(job)
            return state.wake()
        }
        if wakes { available.signal() }
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
        var wasWoken = false
        while true {
            let (job, wakes) = next(wasWoken: wasWoken)
            if wakes { available.signal() }
            wasWoken = job == nil
            if let job {
                job.runSynchronously(on: asUnownedTaskExecutor())
            } else {
                available.wait()
            }
        }
    }

    /// - Returns: no job where the caller is to sleep.
    private func next(wasWoken: Bool) -> (job: UnownedJob?, wakes: Bool) {
        state.withLock { state in
            if wasWoken { state.isWaking = false }
            guard let job = state.jobs.next() else {
                state.sleeping += 1
                return (nil, false)
            }
            return (job, wasWoken && state.wake())
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
