import FileModel
import NIOCore

/// Waiting for replies. A cancelled wait ends at once; the reply is dropped when it comes, and the next command's
/// reply is matched all the same.
extension FTPConnection {
    /// Sends a command and waits for the reply that ends it.
    func exchange(_ command: Command, limit: Duration? = nil) async throws(StorageError) -> Reply {
        let inbox = ReplyInbox()
        control.send(command, limit: limit ?? settings.timeouts.command) { inbox.take($0) }
        return try await next(inbox)
    }

    /// Sends independent commands, all at once where the settings allow, and waits for all of their replies.
    ///
    /// - Returns: a reply for each command, in order.
    func exchange(_ commands: [Command]) async throws(StorageError) -> [Reply] {
        guard settings.pipelining, commands.count > 1 else {
            var replies: [Reply] = []
            for command in commands { replies.append(try await exchange(command)) }
            return replies
        }
        return try await answers(to: sender(of: commands))
    }

    func sender(of commands: [Command]) -> FlightSender {
        FlightSender(commands, control, limit: settings.timeouts.command)
    }

    /// Sends commands that were not sent yet, and waits for a reply to each.
    func answers(to sender: FlightSender) async throws(StorageError) -> [Reply] {
        sender.send()
        return try await next(sender.commands.count, sender.inbox)
    }

    /// The same with TYPE I before, where the last transfer was of another type: many servers refuse SIZE under TYPE A.
    func exchangeInBinary(_ commands: [Command]) async throws(StorageError) -> [Reply] {
        guard transferType != .binary, !commands.isEmpty else { return try await exchange(commands) }
        transferType = nil
        let replies = try await exchange([.typeBinary] + commands)
        if replies[0].isCompletion { transferType = .binary }
        return Array(replies.dropFirst())
    }

    /// Whether contents are taken byte by byte now; sends TYPE I where the last transfer was of another type.
    func usesBinaryType() async throws(StorageError) -> Bool {
        if transferType == .binary { return true }
        transferType = nil
        guard try await exchange(.typeBinary).isCompletion else { return false }
        transferType = .binary
        return true
    }

    /// Sends a command whose reply nobody needs.
    func sendUnheard(_ command: Command) {
        control.send(command, limit: settings.timeouts.command) { _ in }
    }

    func next(_ inbox: ReplyInbox) async throws(StorageError) -> Reply {
        try await next(1, inbox)[0]
    }

    /// Waits once for so many replies.
    func next(_ count: Int, _ inbox: ReplyInbox) async throws(StorageError) -> [Reply] {
        try await callback { body in inbox.next(count, body) }
    }

    /// Waits for a callback on the event loop.
    ///
    /// - Parameters:
    ///   - start: takes the callback, which is to be called once; a second call is dropped.
    ///   - cancelled: called on the event loop when the task is cancelled, after the wait has ended with `.cancelled`.
    func callback<Value: Sendable>(
        _ start: (@escaping @Sendable (Result<Value, StorageError>) -> Void) -> Void,
        cancelled: @escaping @Sendable () -> Void = {}
    ) async throws(StorageError) -> Value {
        if Task.isCancelled {
            loop.execute(cancelled)
            throw .cancelled
        }
        let once = ResumeOnce<Value>()
        let loop = loop
        let result = await withTaskCancellationHandler {
            // Only a closure that names the actor runs on it.
            await self.suspend(once, start)
        } onCancel: {
            loop.execute {
                once.resume(.failure(.cancelled))
                cancelled()
            }
        }
        return try result.get()
    }

    private func suspend<Value: Sendable>(
        _ once: ResumeOnce<Value>, _ start: (@escaping @Sendable (Result<Value, StorageError>) -> Void) -> Void
    ) async -> Result<Value, StorageError> {
        await withCheckedContinuation { continuation in
            once.arm(continuation)
            start { once.resume($0) }
        }
    }
}

/// Final replies that came, and who waits for the next.
final class ReplyInbox {
    private var replies: [Reply] = []
    /// What ended the session: after it no reply comes.
    private var end: StorageError?
    private var waiter: (count: Int, body: (Result<[Reply], StorageError>) -> Void)?

    func take(_ result: Result<ControlChannel.Answer, StorageError>) {
        switch result {
        case .success(let answer):
            guard answer.isFinal else { return }
            replies.append(answer.reply)
        case .failure(let error): end = end ?? error
        }
        serve()
    }

    /// Calls `body` with the next `count` replies, at least one, or with what keeps one of them from coming.
    func next(_ count: Int, _ body: @escaping (Result<[Reply], StorageError>) -> Void) {
        waiter = (count, body)
        serve()
    }

    private func serve() {
        guard let (count, body) = waiter else { return }
        if replies.count >= count {
            waiter = nil
            let next = Array(replies.prefix(count))
            replies.removeFirst(count)
            body(.success(next))
        } else if let end {
            waiter = nil
            body(.failure(end))
        }
    }
}
