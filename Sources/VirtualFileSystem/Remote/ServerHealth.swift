import FileModel
import Logging
import RemoteFileSystem
import Synchronization

/// Knows whether the server answers, so that calls fail at once while it does not, and looks for its return.
final class ServerHealth: Sendable {
    private let remote: any RemoteFileSystem
    private let limit: Duration
    private let logger: Logger
    private let machine: Mutex<OutageMachine>

    /// Between two looks at a server that is away. Connecting has pauses of its own below (`BackOff`).
    private static let pause: Duration = .milliseconds(250)

    init(_ remote: any RemoteFileSystem, limit: Duration, logger: Logger) {
        self.remote = remote
        self.limit = limit
        self.logger = logger
        machine = Mutex(OutageMachine(patience: limit / 2, now: .now))
    }

    /// With what a call fails at once; nil while it may be tried.
    var refusal: StorageError? { machine.withLock { $0.refusal } }

    /// Why calls fail at once, and for how long they have; nil while the server answers.
    var outage: (error: StorageError, duration: Duration)? {
        machine.withLock { machine in
            guard case .down(let since, let error) = machine.state else { return nil }
            return (error, ContinuousClock.now - since)
        }
    }

    /// The last time the server answered anything.
    var lastSign: ContinuousClock.Instant { machine.withLock { $0.lastSign } }

    func answered() { act(machine.withLock { $0.answered(at: .now) }) }

    /// What a call that began at `start` met; a refusal of the server is an answer, a cancelled call says nothing.
    func noteFailure(_ error: StorageError, started start: ContinuousClock.Instant) {
        if error.code == .cancelled { return }
        act(machine.withLock { $0.failed(error, started: start, at: .now) })
    }

    private func act(_ action: OutageMachine.Action) {
        switch action {
        case .none: return
        case .startProbing: startProbing()
        case .announceOutage(let error, let startsProbing):
            logger.warning("the server is away, and calls fail until it answers: \(error)")
            remote.distrustIdleConnections()
            if startsProbing { startProbing() }
        case .announceReturn(let duration):
            logger.warning("the server answers again after \(duration.components.seconds) s")
        }
    }

    private func startProbing() {
        Task { [weak self] in
            while let self, self.machine.withLock({ $0.continuesProbing() }) {
                await self.probe()
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    /// One look at the root folder. A suspicion does not wait for it longer than its patience.
    private func probe() async {
        let start = ContinuousClock.now
        let watch = Task { [weak self] in
            guard let patience = self?.limit else { return }
            try? await Task.sleep(for: patience / 2)
            guard let self, !Task.isCancelled else { return }
            self.act(self.machine.withLock { $0.timePassed(at: .now) })
        }
        defer { watch.cancel() }
        do throws(StorageError) {
            _ = try await TimeLimit(duration: limit).run("asking about", .root) {
                [remote] _ async throws(StorageError) in
                try await remote.attributes(of: .root)
            }
            answered()
        } catch  where error.isOutage {
            act(machine.withLock { $0.probeFailed(error, at: .now) })
        } catch {
            noteFailure(error, started: start)
        }
    }
}
