import FileModel
import NIOCore
import TLS

/// One transfer under way: runs what `TransferMachine` decides, and holds the bytes on their way.
///
/// It is the last handler of the data connection's pipeline. Belongs to the connection's event loop.
final class DataTransfer {
    struct Limits {
        var command: Duration
        var verdict: Duration
        /// For the first reply to the command.
        var firstReply: Duration
        /// For a 1yz reply to an upload, before its bytes are sent without one.
        var agreement: Duration { min(.seconds(2), command / 2) }
        /// For the reply after a transfer was broken off; twice, before and after ABOR.
        var abort = Duration.seconds(2)
    }

    /// Bytes handed to the channel and not yet taken by the kernel.
    static let window = 1024 * 1024

    let loop: any EventLoop
    let command: Command
    let control: ControlChannel
    let limits: Limits
    let requiresResumption: Bool
    /// See `ServerSoftware.heedsABOR`.
    var heedsABOR = false
    var machine: TransferMachine
    var ticket: CommandQueue.Ticket?
    var channel: (any Channel)?
    /// Ends an attempt to connect.
    var cancelDial: (() -> Void)?
    private(set) var result: Result<Reply, StorageError>?
    private var endWaiters: [(Result<Reply, StorageError>) -> Void] = []
    private var startWaiters: [(Result<Void, StorageError>) -> Void] = []
    var expiry: Scheduled<Void>?
    var stall = StallClock()
    var tls: TLSSession?
    /// Counts how data connections were protected.
    var protectionLog: DataProtectionLog?
    /// Called once when bytes could flow, with what is worth knowing of the line.
    var onOpen: (([String]) -> Void)?
    /// Starts a TLS handshake that waits for the command.
    var heldHandshake: (() -> Void)?
    /// Commands that leave when a download's last byte is here.
    var following: FlightSender?
    /// Commands that leave earlier yet, with what waits in the gap.
    var early: FlightSender?
    var lead: FollowingLead?
    /// Closed while the transfer is under way.
    var gap: TransferGap?
    /// When the command was sent.
    var commandSent: ContinuousClock.Instant?
    /// Our half of the data connection is closed.
    var isOutputClosed = false
    /// The data connection is not wanted any more.
    var isDropped = false

    /// See `FTPConnection.TransferRequest`.
    var expectedBytes: Int?
    /// Cleared when the transfer is over.
    var mark: TransferMark?

    // Download
    let received = ReceivedBytes()
    var reader: ((Result<ByteBuffer?, StorageError>) -> Void)?
    var inputIsOver = false

    // Upload
    var unsentBytes = 0
    var isReadyForData = false
    var isFinishing = false
    var writers = CircularBuffer<(bytes: ByteBuffer, done: (Result<Void, StorageError>) -> Void)>()

    init(
        _ machine: TransferMachine, _ command: Command, control: ControlChannel, loop: any EventLoop,
        limits: Limits, requiresResumption: Bool
    ) {
        self.machine = machine
        self.command = command
        self.control = control
        self.loop = loop
        self.limits = limits
        self.requiresResumption = requiresResumption
    }

    var isOver: Bool { result != nil }

    func start() { run(machine.start()) }

    /// Calls `body` when the transfer is over and the control connection is in step again, or closed.
    func whenOver(_ body: @escaping (Result<Reply, StorageError>) -> Void) {
        if let result { body(result) } else { endWaiters.append(body) }
    }

    /// Whether the transfer was given up and is only being put in order.
    private(set) var isBrokenOff = false

    /// Gives the transfer up; who waits for it hears at once.
    func breakOff(_ reason: StorageError) {
        guard !isBrokenOff else { return }
        isBrokenOff = true
        received.removeAll()
        guard !isOver else { return }
        failWaiters(reason)
        run(machine.breakOff(reason, byCommand: heedsABOR))
        readMore()
    }

    /// Calls `body` once the server has agreed to the transfer and bytes can flow, or the transfer has failed.
    func whenStarted(_ body: @escaping (Result<Void, StorageError>) -> Void) {
        if let result { return body(result.map { _ in }) }
        if isReadyForData { return body(.success(())) }
        startWaiters.append(body)
    }

    func tellStarted(_ result: Result<Void, StorageError>) {
        let waiters = startWaiters
        startWaiters = []
        for waiter in waiters { waiter(result) }
    }

    func dialFailed(_ error: StorageError) {
        if !isDropped { dialError = error }
        run(machine.dataFailed(error))
    }

    // MARK: Actions

    func run(_ actions: [TransferMachine.Action]) {
        for action in actions { run(action) }
    }

    private func run(_ action: TransferMachine.Action) {
        switch action {
        case .sendCommand: sendCommand()
        case .dataReady: becomeReady()
        case .finishData: finishData()
        case .dropData: dropData()
        case .startWait(let wait): startWait(wait)
        case .sendAbort: sendAbort()
        case .finish(let outcome, let isClean): finish(outcome, isClean: isClean)
        }
    }

    private func sendCommand() {
        commandSent = .now
        ticket = control.send(command, limit: limits.firstReply, isTransfer: true) { [self] result in
            startHeldHandshake()
            switch result {
            case .success(let answer): run(machine.replyReceived(answer.reply, isFinal: answer.isFinal))
            case .failure(let error): run(machine.controlLost(error))
            }
        }
        if heldHandshake != nil { startHandshakeSoon() }
    }

    private func sendAbort() {
        control.send(.abort, limit: limits.command, isUrgent: true) { [self] result in
            switch result {
            case .success(let answer): run(machine.replyReceived(answer.reply, isFinal: answer.isFinal))
            case .failure(let error): run(machine.controlLost(error))
            }
        }
    }

    private func finish(_ outcome: TransferMachine.Outcome, isClean: Bool) {
        guard result == nil else { return }
        expiry?.cancel()
        if isDropped { dropData() }
        let result: Result<Reply, StorageError>
        switch outcome {
        case .completed(let reply): result = .success(reply)
        case .refused(let reply):
            result = .failure(ReplyMapping.error(reply, action: "transfer \(command)"))
            refusal = reply
        case .failed(let error): result = .failure(error)
        }
        self.result = result
        gap?.open()
        if case .failure(let error) = result, !isClean { control.end(error) }
        mark?.isUnderWay.store(false, ordering: .releasing)
        settleWaiters(result)
        tellStarted(result.map { _ in })
        let waiters = endWaiters
        endWaiters = []
        for waiter in waiters { waiter(result) }
    }

    /// Why the data connection could not be made, when it was wanted.
    private(set) var dialError: StorageError?

    /// The reply that refused the transfer, for a message that names its path.
    private(set) var refusal: Reply?

    private func failWaiters(_ reason: StorageError) {
        tellStarted(.failure(reason))
        let reading = reader
        reader = nil
        reading?(.failure(reason))
        let failed = writers
        writers = []
        for writer in failed { writer.done(.failure(reason)) }
    }

    private func settleWaiters(_ result: Result<Reply, StorageError>) {
        switch result {
        case .success: serveReader()
        case .failure(let error): failWaiters(error)
        }
    }
}

@available(*, unavailable)
extension DataTransfer: Sendable {}
