import Definitions
public import FileModel

/// Runs every enabled mount and every scheduled sync until it is told to stop.
///
/// Events come one at a time through a mailbox, so that no two of them are ever half done. What fails is told and
/// leaves the rest alone: a mount is tried again with growing pauses, a sync at its next due time.
public actor Daemon {
    enum Event: Sendable {
        case reload
        case stop
        case timer
        case mountAnswered(name: String, generation: Int, Result<any RunningMount, StorageError>)
        case mountEnded(name: String, generation: Int, StorageError?)
        case mountRetry(name: String, generation: Int)
        case runEnded(name: String, RunOutcome)
    }

    let work: any DaemonWork
    let tell: @Sendable (DaemonEvent) -> Void
    let now: @Sendable () -> Timestamp
    private let mailbox: AsyncStream<Event>
    nonisolated let post: AsyncStream<Event>.Continuation

    var definitions = ActiveDefinitions()
    var mounts: [String: MountState] = [:]
    /// Counts the starts of mounts, so that the end of an old one is not taken for that of its successor.
    var generation = 0
    var scheduler = Scheduler()
    var random = SystemRandomNumberGenerator()
    var runs: [String: Task<Void, Never>] = [:]
    private var timer: Task<Void, Never>?
    private(set) var isStopping = false

    /// - Parameters:
    ///   - now: the time of day.
    ///   - tell: writes one line of the journal; called from several tasks.
    public init(
        work: any DaemonWork, now: @escaping @Sendable () -> Timestamp = { Timestamp.now() },
        tell: @escaping @Sendable (DaemonEvent) -> Void
    ) {
        self.work = work
        self.now = now
        self.tell = tell
        (mailbox, post) = AsyncStream.makeStream()
    }

    /// Asks for the definitions to be read again (SIGHUP).
    public nonisolated func reload() { post.yield(.reload) }

    /// Asks for the end (SIGTERM): runs are stopped, mounts are drained and unmounted.
    public nonisolated func stop() { post.yield(.stop) }

    /// Returns after `stop()`, when nothing is under way any more.
    public func run() async {
        await apply(isFirst: true)
        tell(.started(mounts: definitions.mounts.count, schedules: definitions.syncs.count))
        for await event in mailbox {
            await handle(event)
            if isStopping, mounts.isEmpty, runs.isEmpty { break }
        }
        timer?.cancel()
        tell(.stopped)
    }

    private func handle(_ event: Event) async {
        switch event {
        case .reload: if !isStopping { await apply(isFirst: false) }
        case .stop: beginStop()
        case .timer: act(on: isStopping ? [] : scheduler.timerFired(at: now(), using: &random))
        case .mountAnswered(let name, let generation, let result): mountAnswered(name, generation, result)
        case .mountEnded(let name, let generation, let error): mountEnded(name, generation, error)
        case .mountRetry(let name, let generation): mountRetry(name, generation)
        case .runEnded(let name, let outcome): runEnded(name, outcome)
        }
        setTimer()
    }

    // MARK: - Definitions

    private func apply(isFirst: Bool) async {
        let tell = tell
        let new = ActiveDefinitions(work.loadDefinitions(), previous: definitions) { tell(.definitions($0)) }
        let changes = DefinitionChanges(from: definitions, to: new)
        definitions = new
        if !isFirst { tell(.reloaded(changes)) }
        for name in changes.removedMounts + changes.changedMounts { endMount(name) }
        for name in changes.addedMounts + changes.changedMounts { startMount(name) }
        for name in changes.removedSyncs { scheduler.scheduleRemoved(name) }
        for name in changes.addedSyncs + changes.changedSyncs { await addSchedule(name) }
        setTimer()
    }

    // MARK: - Time

    /// Wakes when the scheduler wants it, and at least twice a minute: the clock may be set, the machine may sleep.
    private func setTimer() {
        timer?.cancel()
        timer = nil
        guard !isStopping, let next = scheduler.nextWakeUp else { return }
        let pause = min(max(next.duration(since: now()), .milliseconds(1)), .seconds(30))
        timer = Task { [post] in
            do {
                try await Task.sleep(for: pause)
                post.yield(.timer)
            } catch {
                return  // another timer took over
            }
        }
    }

    // MARK: - The end

    private func beginStop() {
        guard !isStopping else { return }
        isStopping = true
        tell(.stopping)
        for run in runs.values { run.cancel() }
        for name in Array(mounts.keys) { endMount(name) }
    }
}
