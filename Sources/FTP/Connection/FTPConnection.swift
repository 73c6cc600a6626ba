public import FileModel
public import NIOCore
import TLS
public import Transport

/// One FTP session: a control connection and at most one data connection at a time.
///
/// An actor on its event loop: channel handlers and this class share one execution context. Paths are relative to the
/// server's root. One operation runs at a time; a second one throws `.busy`, which is a mistake of the caller (the
/// pool leases a session to one). A cancelled operation throws at once; the session then puts itself in order in the
/// background, or closes.
public actor FTPConnection {
    public nonisolated let loop: any EventLoop
    nonisolated let executor: LoopExecutor
    /// For work on the same event loop that is not this session's.
    public nonisolated let taskExecutor: LoopTaskExecutor
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private(set) var settings: FTPSettings
    let channel: any Channel
    private let controlBox: NIOLoopBoundBox<ControlChannel?>
    nonisolated let end: ConnectionEnd
    nonisolated let transferMark = TransferMark()
    /// What the server said of itself at login.
    public internal(set) var facts = SessionFacts()
    /// The transfer that was started last.
    var transfer: DataTransfer?
    var isBusy = false
    /// Where commands without a path act; nil when it is not known.
    var workingDirectory: RemotePath?
    var hasSentFactsOptions = false
    let protectionLog = DataProtectionLog()
    let stallWatch = StallWatch()
    let gap = TransferGap()
    /// Where the server waits for the next data connection, asked ahead of the transfer.
    var prepared: PreparedData?
    /// What the server takes contents for; nil when it is not known. Logins end with TYPE I.
    var transferType: TransferType? = .binary
    /// What HASH computes; nil when it was not chosen.
    var hashAlgorithm: ChecksumAlgorithm?

    /// - Parameter control: set when the channel was made.
    init(_ settings: FTPSettings, channel: any Channel, control: NIOLoopBoundBox<ControlChannel?>) {
        self.settings = settings
        self.channel = channel
        loop = channel.eventLoop
        executor = LoopExecutor(channel.eventLoop)
        taskExecutor = LoopTaskExecutor(channel.eventLoop)
        controlBox = control
        end = ConnectionEnd()
    }

    var control: ControlChannel {
        guard let control = controlBox.value else { preconditionFailure("the channel was made without its handler") }
        return control
    }

    /// Ends the session if it still has not got somewhere after `limit`.
    func endLater(after limit: Duration, _ error: StorageError) -> Scheduled<Void> {
        let box = controlBox
        return loop.scheduleTask(in: TimeAmount(limit)) { box.value?.end(error) }
    }

    var memory: ServerMemory { settings.memory }
    var features: FeatureSet { facts.features }

    /// From now on data connections come about in this way.
    ///
    /// - Throws: `.configuration` when the session's other settings rule it out.
    public func useDataConnections(_ mode: DataConnectionMode) throws(StorageError) {
        var changed = settings
        changed.data.mode = mode
        try changed.check()
        prepared = nil
        settings = changed
    }

    /// Registers an observer of the session's end, called at once if it has ended; nil is an orderly end.
    public nonisolated func onClose(_ body: @escaping @Sendable (StorageError?) -> Void) { end.observe(body) }

    public nonisolated var isClosed: Bool { end.hasHappened }

    /// Whether nothing is left to be put in order: `settle()` would return at once.
    public nonisolated var isSettled: Bool { !transferMark.isUnderWay.load(ordering: .acquiring) && !isClosed }

    /// Whether a login keeps the server busy for longer than many commands do: it is nearby.
    public var hasDearLogin: Bool {
        control.shortestAnswer.map { $0 < .milliseconds(4) } ?? false
    }

    /// Says goodbye and closes; calls under way fail. Takes no longer than a second, and one more where small files are
    /// still to get their names.
    ///
    /// - Parameter awaitsAnswer: whoever opens another session at once may find this one still counted by a server that
    ///   has not answered.
    public func close(awaitsAnswer: Bool = true) async {
        try? await awaitRenames(atMost: .seconds(1))
        guard !control.isEnded else { return }
        control.expectEnd()
        transfer?.breakOff(StorageError(.cancelled, "the connection was closed"))
        if transfer?.isOver ?? true {
            if awaitsAnswer { _ = try? await exchange(.quit, limit: .seconds(1)) } else { sendUnheard(.quit) }
        }
        control.end(StorageError(.cancelled, "the connection was closed"))
    }
}
