import DequeModule
import FileModel
import NIOCore

/// The queue of `WriteBehind` as a value: joins writes, counts bytes, decides when to send.
struct WriteQueue {
    enum Command {
        case write(ByteBuffer, at: Int64)
        case run(@Sendable () async throws(StorageError) -> Void, Promise<Void>)
    }

    enum Action {
        case none
        case startPump
        case startTimer
    }

    /// Who has to hear of a failure.
    struct Casualties {
        var waiters: [Promise<Void>] = []
        let error: StorageError

        func fulfil() {
            for waiter in waiters { waiter.fulfil(.failure(error)) }
        }
    }

    let blockSize: Int
    let capacity: Int
    private var commands: Deque<Command> = []
    /// Bytes queued or being sent.
    private(set) var buffered = 0
    private var isPumping = false
    private var hasTimer = false
    /// Whether an incomplete last block may be sent.
    private var isDue = false
    private var failure: StorageError?
    private var room: Promise<Void>?

    init(blockSize: Int, capacity: Int) {
        self.blockSize = blockSize
        self.capacity = max(capacity, blockSize)
    }

    /// - Returns: what to wait for when there is no room for `count` bytes. An empty queue has room for anything.
    mutating func roomIfFull(for count: Int) throws(StorageError) -> Promise<Void>? {
        if let failure { throw failure }
        if buffered == 0 || buffered + count <= capacity { return nil }
        if let room { return room }
        let promise = Promise<Void>()
        room = promise
        return promise
    }

    mutating func append(_ bytes: ByteBuffer, at offset: Int64) throws(StorageError) -> Action {
        if let failure { throw failure }
        buffered += bytes.readableBytes
        if !joined(bytes, at: offset) { commands.append(.write(bytes, at: offset)) }
        return actionAfterAppend()
    }

    mutating func append(_ command: Command) throws(StorageError) -> Action {
        if let failure { throw failure }
        commands.append(command)
        return startPump()
    }

    private mutating func joined(_ bytes: ByteBuffer, at offset: Int64) -> Bool {
        guard case .write(var last, let start)? = commands.last, start + Int64(last.readableBytes) == offset,
            last.readableBytes + bytes.readableBytes <= blockSize
        else { return false }
        commands.removeLast()
        last.reserveCapacity(minimumWritableBytes: min(blockSize - last.readableBytes, 4 * last.readableBytes))
        last.writeImmutableBuffer(bytes)
        commands.append(.write(last, at: start))
        return true
    }

    private mutating func actionAfterAppend() -> Action {
        if isPumping { return armTimer() }
        if hasCompleteBlock { return startPump() }
        return armTimer()
    }

    private mutating func armTimer() -> Action {
        if hasTimer || isDue { return .none }
        hasTimer = true
        return .startTimer
    }

    private mutating func startPump() -> Action {
        if isPumping || commands.isEmpty { return .none }
        isPumping = true
        return .startPump
    }

    mutating func timerFired() -> Action {
        hasTimer = false
        isDue = !commands.isEmpty
        return startPump()
    }

    /// Whether the first command need not wait for more bytes.
    private var hasCompleteBlock: Bool {
        guard let first = commands.first else { return false }
        guard commands.count == 1, case .write(let bytes, _) = first else { return true }
        return bytes.readableBytes >= blockSize
    }

    /// The next command for the pump; nil ends it.
    mutating func next() -> Command? {
        guard hasCompleteBlock || (isDue && !commands.isEmpty) else {
            isPumping = false
            if commands.isEmpty { isDue = false }
            return nil
        }
        if commands.count == 1 { isDue = false }
        return commands.removeFirst()
    }

    /// - Returns: who waits for room.
    mutating func wrote(_ count: Int) -> Promise<Void>? {
        buffered -= count
        defer { room = nil }
        return room
    }

    /// Ends the queue; every later call throws `error`.
    mutating func fail(_ error: StorageError) -> Casualties {
        failure = failure ?? error
        var casualties = Casualties(error: failure ?? error)
        for case .run(_, let done) in commands { casualties.waiters.append(done) }
        if let room { casualties.waiters.append(room) }
        commands.removeAll()
        room = nil
        buffered = 0
        return casualties
    }
}
