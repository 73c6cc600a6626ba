import Synchronization
public import Transport

/// What the connections of a remote tell while it is tested.
public final class ConnectionWatch: Sendable {
    fileprivate struct State {
        var running: (step: TestStep, since: ContinuousClock.Instant)?
        /// Of this step, oldest first.
        var replies: [(command: String, reply: String)] = []
        /// Connections made later go through the same stages; nobody wants to read them again.
        var told: Set<TestStep> = []
        var report: (@Sendable (TestStepResult) -> Void)?
        var dataIsElsewhere = false
    }

    private let state = Mutex(State())

    public init() {}

    /// For the settings of the connections to watch.
    public var observer: ConnectionObserver {
        { [self] event in
            if let (result, report) = state.withLock({ $0.happened(event, .now) }) { report(result) }
        }
    }

    /// - Parameter report: is given each stage that ends well for the first time.
    func follow(_ report: @escaping @Sendable (TestStepResult) -> Void) { state.withLock { $0.report = report } }

    /// What has been heard belongs to steps that are over.
    func beginStep() {
        state.withLock { state in
            state.running = nil
            state.replies = []
        }
    }

    /// The stage that began and did not end.
    var running: (step: TestStep, since: ContinuousClock.Instant)? { state.withLock { $0.running } }

    /// Whether the server's data connections lead to another address than its control connection.
    var dataIsElsewhere: Bool { state.withLock { $0.dataIsElsewhere } }

    /// The server's reply that tells how a step went.
    func reply(of step: TestStep) -> String? { state.withLock { $0.reply(of: step) } }
}

extension ConnectionWatch.State {
    fileprivate mutating func happened(
        _ event: ConnectionEvent, _ now: ContinuousClock.Instant
    ) -> (TestStepResult, @Sendable (TestStepResult) -> Void)? {
        switch event {
        case .began(let stage):
            running = (TestStep(stage), now)
        case .finished(let stage, let facts):
            return finished(TestStep(stage), facts, now)
        case .replied(let command, let reply):
            replies.append((command, reply))
        case .offeredData(let endpoint, let peer):
            dataIsElsewhere = endpoint.host != peer
        }
        return nil
    }

    private mutating func finished(
        _ step: TestStep, _ facts: [String], _ now: ContinuousClock.Instant
    ) -> (TestStepResult, @Sendable (TestStepResult) -> Void)? {
        let since = running?.step == step ? running?.since ?? now : now
        // A channel's handlers hear of a connection before the one who dialled does.
        if running?.step == step { running = nil }
        guard let report, told.insert(step).inserted else { return nil }
        return (TestStepResult(step: step, duration: now - since, facts: facts, reply: reply(of: step)), report)
    }

    func reply(of step: TestStep) -> String? {
        for command in step.commands {
            if let found = replies.last(where: { $0.command.split(separator: " ").first ?? "" == command }) {
                return found.reply
            }
        }
        return nil
    }
}
