import DequeModule
import FileModel
import NIOCore

/// The requests of one connection: those that wait to be sent and those that wait for their reply.
///
/// A pure value; `Token` is whatever the caller wants back with the answer. Requests on an open file keep their order;
/// requests on paths overtake them while they wait to be sent, so that a listing is not behind 32 MiB of data.
///
/// **Time limits.** Two things make a request late. The connection is *stalled* when nothing moved in either direction
/// for `timeout` while something was due: all of it is lost. A single request is *overtaken* when it has been on its
/// way for `timeout` and one sent after it was answered: then only that one is given up. A request that waits in line
/// behind data on a slow link is neither. A server that computes a checksum may be silent for longer (`patience`), and
/// all that waits with it.
struct SFTPRequestPipeline<Token> {
    private struct Entry {
        /// nil once nobody waits any more: the late reply is swallowed.
        var token: Token?
        /// Held until it is sent.
        var request: SFTPRequest?
        let opensHandle: Bool
        let patience: TimeAmount
        var sequence: UInt64 = 0
        var sent = NIODeadline.uptimeNanoseconds(0)
    }

    private var entries: [UInt32: Entry] = [:]
    private var urgent = Deque<UInt32>()
    private var bulk = Deque<UInt32>()
    private var lastID: UInt32 = 0
    private var lastSequence: UInt64 = 0
    private var newestAnswered: UInt64 = 0
    private var lastProgress = NIODeadline.uptimeNanoseconds(0)
    private let timeout: TimeAmount

    init(timeout: TimeAmount) { self.timeout = timeout }

    /// Requests that are waiting to be sent or for a reply, given-up ones included.
    var count: Int { entries.count }
    var isEmpty: Bool { entries.isEmpty }

    /// Takes a request in; `nextToSend` hands it out again when its turn comes.
    mutating func submit(_ request: SFTPRequest, _ token: Token?, now: NIODeadline) -> UInt32 {
        if entries.isEmpty { lastProgress = now }
        let id = unusedID()
        entries[id] = Entry(
            token: token, request: request, opensHandle: request.opensHandle,
            patience: max(timeout, request.patience ?? timeout))
        if request.isBulk { bulk.append(id) } else { urgent.append(id) }
        return id
    }

    private mutating func unusedID() -> UInt32 {
        repeat { lastID &+= 1 } while entries[lastID] != nil
        return lastID
    }

    /// The next request to put on the wire.
    mutating func nextToSend(now: NIODeadline) -> (id: UInt32, request: SFTPRequest)? {
        while let id = urgent.popFirst() ?? bulk.popFirst() {
            // Gone: it was cancelled while it waited.
            guard let index = entries.index(forKey: id), let request = entries.values[index].request else { continue }
            lastSequence += 1
            entries.values[index].request = nil
            entries.values[index].sequence = lastSequence
            entries.values[index].sent = now
            return (id, request)
        }
        return nil
    }

    enum Outcome {
        case deliver(Token)
        case swallow
        /// Nobody waits for the file that was opened.
        case close(SFTPHandle)
        /// No request has that id.
        case unknown
    }

    mutating func replyReceived(_ id: UInt32, _ reply: SFTPReply, now: NIODeadline) -> Outcome {
        guard let index = entries.index(forKey: id), entries.values[index].request == nil else { return .unknown }
        lastProgress = now
        let entry = entries.remove(at: index).value
        newestAnswered = max(newestAnswered, entry.sequence)
        if let token = entry.token { return .deliver(token) }
        if entry.opensHandle, case .handle(let handle) = reply { return .close(handle) }
        return .swallow
    }

    /// Gives a request up: it is not sent any more, or its late reply is swallowed. A CLOSE is sent all the same.
    ///
    /// - Returns: nil when it has been answered already.
    mutating func cancel(_ id: UInt32) -> Token? {
        guard let index = entries.index(forKey: id), let token = entries.values[index].token else { return nil }
        switch entries.values[index].request {
        case nil, .close: entries.values[index].token = nil
        default: entries.remove(at: index)
        }
        return token
    }

    /// Bytes moved in either direction.
    mutating func progressed(now: NIODeadline) { lastProgress = now }

    enum Lateness {
        case none
        case overtaken([Token])
        case stalled
    }

    /// What is late at `now`.
    mutating func check(now: NIODeadline) -> Lateness {
        guard !entries.isEmpty else { return .none }
        if now >= lastProgress + patience { return .stalled }
        let late = entries.compactMap { isOvertaken($0.value, now) ? $0.key : nil }
        let tokens = late.compactMap { cancel($0) }
        return tokens.isEmpty ? .none : .overtaken(tokens)
    }

    private func isOvertaken(_ entry: Entry, _ now: NIODeadline) -> Bool {
        entry.token != nil && entry.request == nil && entry.sequence < newestAnswered
            && entry.sent + entry.patience <= now
    }

    /// The longest silence that something under way accounts for.
    private var patience: TimeAmount {
        entries.values.lazy.filter { $0.request == nil }.map(\.patience).max() ?? timeout
    }

    /// When to `check` again; nil while nothing is due. Never more than a quarter of the time limit late.
    func nextCheck(now: NIODeadline) -> NIODeadline? {
        entries.isEmpty ? nil : min(lastProgress + patience, now + timeout / 4)
    }

    /// Empties the pipeline: the connection has ended.
    mutating func drain() -> [Token] {
        let tokens = entries.values.compactMap(\.token)
        entries = [:]
        urgent = []
        bulk = []
        return tokens
    }
}

private func / (amount: TimeAmount, divisor: Int64) -> TimeAmount { .nanoseconds(amount.nanoseconds / divisor) }
