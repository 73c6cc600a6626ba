import FileModel

/// One transfer: a command on the control connection and bytes on the data connection, which end in any order.
///
/// Both sides are followed apart, since servers differ: the 226 may come before the last bytes or after them, a
/// refusal before, during or after the data connection is made, and a broken data connection is explained, if at all,
/// by the reply that follows it.
struct TransferMachine {
    enum Direction: Hashable { case download, upload }

    /// What the owner has to do, in order.
    enum Action: Equatable {
        case sendCommand
        /// Bytes may flow now (upload), or are being read (download).
        case dataReady
        /// Closes our end in order: FIN, after close_notify under TLS.
        case finishData
        /// Drops the data connection, whatever is in it.
        case dropData
        /// Calls `waitExpired` unless `finish` comes first.
        case startWait(Wait)
        case sendAbort
        /// The transfer is over; `isClean` when the control connection is in step and can be used again.
        case finish(Outcome, isClean: Bool)
    }

    /// How long the owner waits: what for decides.
    enum Wait: Hashable {
        /// For the server to agree to an upload.
        case agreement
        /// For the reply that ends the transfer.
        case verdict
        /// For the server to close its end of an upload's data connection.
        case peerClose
        /// For the data connection to end after the reply.
        case dataEnd
        /// For the reply after we broke the transfer off.
        case abort
    }

    enum Outcome: Equatable {
        /// The server confirmed the transfer with this reply.
        case completed(Reply)
        case refused(Reply)
        case failed(StorageError)
    }

    enum CommandState: Hashable { case withheld, sent, started, ended(Reply) }
    enum DataState: Hashable {
        case connecting, open
        /// Upload: our end is closed, the server's is not yet.
        case finished
        case closed
        case failed(StorageError)
    }
    private enum Abort: Hashable {
        case no
        /// The data connection is dropped; the reply to the transfer is awaited.
        case dropped
        /// ABOR was sent while the data is still being taken, and thrown away.
        case draining(repliesMissing: Int)
        /// ABOR was sent and the data connection dropped.
        case commandSent(repliesMissing: Int)
    }

    let direction: Direction
    /// Whether the server makes the data connection (active mode), which it does when it has the command.
    let isActive: Bool
    /// Whether no step begins before the one before it has ended, see `DataConnectionSettings.isSynchronized`.
    let isSynchronized: Bool
    /// The upload goes to a name of its own and is small: neither its command nor its bytes wait for anything.
    let isEager: Bool
    /// The upload's command goes out while the data connection is being made; its bytes wait for the server's word.
    let isPrompt: Bool
    private(set) var command = CommandState.withheld
    private(set) var data = DataState.connecting
    private var abort = Abort.no
    private var abortReason: StorageError?
    /// A refusal explains more than the reason of the abort.
    private var prefersRefusal = false
    private(set) var isOver = false

    init(
        _ direction: Direction, isActive: Bool = false, isSynchronized: Bool = false, isEager: Bool = false,
        isPrompt: Bool = false
    ) {
        self.direction = direction
        self.isActive = isActive
        self.isSynchronized = isSynchronized
        self.isEager = isEager
        self.isPrompt = isPrompt
    }

    /// A download's command goes out while the data connection is being made, which saves a round trip. An upload's
    /// waits, unless it is eager or prompt: a server whose data ports cannot be reached must not be left with an empty file.
    mutating func start() -> [Action] {
        guard !isOver, isActive || isEager || isPrompt || (direction == .download && !isSynchronized) else { return [] }
        return sendCommand()
    }

    /// Some servers take an upload without a word; then its bytes go out after a while.
    private mutating func sendCommand() -> [Action] {
        command = .sent
        return direction == .upload && data == .open ? [.sendCommand, .startWait(.agreement)] : [.sendCommand]
    }
}

// MARK: - Events of the data connection

extension TransferMachine {
    mutating func dataConnected() -> [Action] {
        guard !isOver, data == .connecting, abort == .no else { return isOver || abort != .no ? [.dropData] : [] }
        data = .open
        if command == .withheld {
            // Some servers connect when they get PORT, before the transfer was asked for.
            return isActive ? [] : sendCommand()
        }
        if command == .sent && direction == .upload { return [isEager ? .dataReady : .startWait(.agreement)] }
        return command == .started ? [.dataReady] : settle()
    }

    /// The data connection could not be made, or broke.
    mutating func dataFailed(_ error: StorageError) -> [Action] {
        guard !isOver else { return [] }
        if case .draining = abort { return [.dropData] }
        guard abort == .no else { return [] }
        // What comes after the first failure is our own closing of the connection.
        if case .failed = data { return [] }
        let wasConnecting = data == .connecting
        data = .failed(error)
        switch command {
        case .withheld: return finish(.failed(error), isClean: true)
        case .sent where wasConnecting:
            // The server may have closed its port because it refuses the command; then its reply tells why.
            prefersRefusal = true
            return breakOff(error)
        case .sent, .started: return [.dropData, .startWait(.verdict)]
        case .ended: return settle()
        }
    }

    /// The server closed the data connection in order.
    mutating func dataEnded() -> [Action] {
        guard !isOver else { return [] }
        if case .draining = abort { return [.finishData] }
        guard abort == .no else { return [] }
        if direction == .upload && data == .open {
            return dataFailed(StorageError(.connectionLost, "the server closed the data connection in mid-upload"))
        }
        let wasFinished = data == .finished
        data = .closed
        if case .ended = command { return settle() }
        if wasFinished { return [] }
        // ProFTPD sends its reply only when it has seen our end close, too.
        return [.finishData, .startWait(.verdict)]
    }

    /// All bytes of an upload were handed over.
    mutating func uploadFinished() -> [Action] {
        guard !isOver, abort == .no, direction == .upload, data == .open else { return [] }
        data = .finished
        return [.finishData, .startWait(.verdict)] + settle()
    }
}

// MARK: - Replies

extension TransferMachine {
    mutating func replyReceived(_ reply: Reply, isFinal: Bool) -> [Action] {
        guard !isOver else { return [] }
        if reply.code == 421 { return dropAll(ReplyMapping.error(reply, action: "go on with the transfer")) }
        if abort != .no { return isFinal ? abortAnswered(reply) : [] }
        guard isFinal else {
            let isFirst = command == .sent
            command = .started
            return isFirst && data == .open ? [.dataReady] : []
        }
        command = .ended(reply)
        return reply.isFailure ? refused(reply) : settle()
    }

    private mutating func refused(_ reply: Reply) -> [Action] {
        [.dropData] + finish(.refused(reply), isClean: true)
    }

    /// The control connection is gone.
    mutating func controlLost(_ error: StorageError) -> [Action] {
        isOver ? [] : dropAll(error)
    }

    private mutating func dropAll(_ error: StorageError) -> [Action] {
        [.dropData] + finish(.failed(error), isClean: false)
    }
}

// MARK: - The end

extension TransferMachine {
    /// Looks whether both sides are done.
    private mutating func settle() -> [Action] {
        guard case .ended(let reply) = command else { return [] }
        switch (direction, data) {
        case (_, .failed(let error)):
            return finish(.failed(error), isClean: true)
        case (.upload, .finished) where isSynchronized:
            return [.startWait(.peerClose)]
        case (_, .closed), (.upload, .finished):
            return (direction == .upload ? [.dropData] : []) + finish(.completed(reply), isClean: true)
        case (.download, .connecting), (.download, .open), (.download, .finished):
            // The last bytes are still under way.
            return [.startWait(.dataEnd)]
        case (.upload, .connecting), (.upload, .open):
            let error = StorageError(
                .corrupted, "the server confirmed the upload before it was complete: \(reply)", serverReply: "\(reply)")
            return [.dropData] + finish(.failed(error), isClean: true)
        }
    }

    mutating func waitExpired(_ wait: Wait) -> [Action] {
        guard !isOver else { return [] }
        switch (wait, abort) {
        case (.abort, .dropped):
            // It has not noticed the closed data connection.
            abort = .commandSent(repliesMissing: 2)
            return [.sendAbort, .startWait(.abort)]
        case (.abort, .draining(let missing)):
            // It has not noticed ABOR.
            abort = .commandSent(repliesMissing: missing)
            return [.dropData, .startWait(.abort)]
        case (.abort, .commandSent):
            return dropAll(abortReason ?? .cancelled)
        case (.agreement, .no):
            return command == .sent && data == .open ? [.dataReady] : []
        case (.peerClose, .no):
            guard case .ended(let reply) = command else { return [] }
            return [.dropData] + finish(.completed(reply), isClean: true)
        case (.verdict, .no):
            if case .failed(let error) = data { return dropAll(error) }
            return dropAll(StorageError(.timedOut, "the server did not confirm the transfer in time"))
        case (.dataEnd, .no):
            return dropAll(StorageError(.timedOut, "the server confirmed the transfer, but its data did not end"))
        default:
            return []
        }
    }

    /// Gives the transfer up and waits for the server's reply, so that the control connection stays in step.
    ///
    /// Usually by dropping the data connection, which every server notices; ABOR follows only if one does not, since its
    /// two replies are the part of RFC 959 that servers disagree on most.
    /// - Parameter byCommand: for a server that is known to handle ABOR better than a dropped connection.
    mutating func breakOff(_ reason: StorageError, byCommand: Bool = false) -> [Action] {
        guard !isOver, abort == .no else { return [] }
        abortReason = reason
        switch command {
        case .withheld, .ended:
            return [.dropData] + finish(.failed(reason), isClean: true)
        case .started where byCommand && direction == .download && data == .open:
            abort = .draining(repliesMissing: 2)
            return [.sendAbort, .startWait(.abort)]
        case .sent, .started:
            abort = .dropped
            return [.dropData, .startWait(.abort)]
        }
    }

    /// The last reply to the broken transfer, and after ABOR the reply to that.
    private mutating func abortAnswered(_ reply: Reply) -> [Action] {
        if prefersRefusal && command == .sent && reply.isFailure && abort == .dropped {
            return finish(.refused(reply), isClean: true)
        }
        switch abort {
        case .commandSent(let missing) where missing > 1:
            abort = .commandSent(repliesMissing: missing - 1)
            return []
        case .draining(let missing) where missing > 1:
            abort = .draining(repliesMissing: missing - 1)
            return []
        default:
            return [.dropData] + finish(.failed(abortReason ?? .cancelled), isClean: true)
        }
    }

    private mutating func finish(_ outcome: Outcome, isClean: Bool) -> [Action] {
        isOver = true
        return [.finish(outcome, isClean: isClean)]
    }
}
