public import FileModel
public import NIOCore
import Synchronization

/// Writes to one open file without waiting for each answer.
///
/// `write` returns as soon as there is room in the window; the first refusal is thrown by the next call of any method,
/// and by every one after it. Writes that overlap reach the server in the order of the calls, as long as those do not
/// overlap. A big file that a channel would be too narrow for goes by several (`widen`).
public final class SFTPWriter: Sendable {
    /// Bytes and requests on their way at most.
    public static let windowBytes = 16 << 20
    private static let windowRequests = 128
    /// Bytes on one lane, where a channel takes 2 MiB at a time: more would only wait.
    private static let narrowLaneBytes = 3 << 20

    /// An open handle of the file.
    struct Lane {
        let connection: SFTPConnection
        let handle: SFTPHandle
        /// Of a connection that others may need.
        var loan: SFTPLoan?
        /// CLOSE was sent; of further lanes only.
        var isClosed = false
    }

    struct State {
        var window: WriteWindow
        var lanes: [Lane]
        var widening: Widening
        /// A write had to wait for others.
        var wasFull = false
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var lastWaiter: UInt64 = 0
    }

    public let handle: SFTPHandle
    let connection: SFTPConnection
    let path: SFTPPath
    let state: Mutex<State>
    private let borrow: SFTPLoan.Borrowing?

    /// - Parameters:
    ///   - handle: from `open`; this writer closes it.
    ///   - path: to open further handles, and for messages.
    ///   - plan: of what is about to be written; nil keeps it on the one channel.
    ///   - borrow: a second connection for a big file.
    public init(
        _ connection: SFTPConnection, _ handle: SFTPHandle, path: SFTPPath, plan: WritePlan? = nil,
        borrow: SFTPLoan.Borrowing? = nil
    ) {
        self.connection = connection
        self.handle = handle
        self.path = path
        self.borrow = borrow
        var window = WriteWindow(
            bytes: Self.windowBytes, requests: Self.windowRequests, frontier: UInt64(max(0, plan?.start ?? 0)))
        if connection.dialect.hasNarrowChannels { window.maximumLaneBytes = Self.narrowLaneBytes }
        let lane = Lane(connection: connection, handle: handle)
        state = Mutex(State(window: window, lanes: [lane], widening: Widening(plan, on: connection, borrow: borrow)))
    }

    /// Whether every request was answered.
    public var isIdle: Bool { state.withLock { $0.window.isEmpty } }

    /// Sends the bytes; waits only while the window is full.
    public func write(_ bytes: ByteBuffer, at offset: Int64) async throws(StorageError) {
        guard !state.withLock({ $0.window.isClosed }) else {
            throw StorageError(.staleHandle, "\(path) was closed and cannot be written to")
        }
        for block in connection.blocks(of: bytes, at: offset) {
            let range = block.offset..<(block.offset + UInt64(block.bytes.readableBytes))
            let (flight, handle) = try await waitFor { state -> (WriteWindow.Flight, SFTPHandle)? in
                guard let flight = state.window.reserve(range) else {
                    state.wasFull = true
                    return nil
                }
                return (flight, state.lanes[flight.lane].handle)
            }
            send(.write(handle, offset: block.offset, block.bytes), flight)
            widenIfWorthwhile(block.bytes, at: block.offset)
        }
    }

    /// Waits until every write was answered.
    public func drain() async throws(StorageError) {
        try await waitFor { $0.window.isEmpty ? () : nil }
    }

    /// Waits until everything is on the server's disk.
    ///
    /// - Throws: `.unsupported` where the server has no fsync; the writes are answered then.
    public func synchronize() async throws(StorageError) {
        guard connection.offers(.fsync) else {
            try await drain()
            throw .unsupported("writing a file to the server's disk")
        }
        // By one lane in the same flight as the writes: requests on one handle keep their order.
        if state.withLock({ $0.lanes.count > 1 }) { try await drain() }
        let synchronized = await connection.session.perform([.fsync(handle)])
        try await drain()
        try synchronized[0].get().ok("write \(path) to the server's disk")
    }

    /// Sends CLOSE right behind the writes, and waits for the verdict on all of it.
    ///
    /// The handle is closed even when this throws or is cancelled.
    /// - Parameter attributes: to set before, in the same flight.
    public func close(_ attributes: SFTPAttributes = SFTPAttributes()) async throws(StorageError) {
        // A write that comes later by another lane would change the time again.
        if closeFurtherLanes(), !attributes.isEmpty { try await drain() }
        sendClose(attributes)
        try await drain()
    }

    /// Closes the handle without waiting for anything. Harmless after `close`.
    public func abort() {
        closeFurtherLanes()
        sendClose(SFTPAttributes())
    }

    /// Waits until the server will do nothing more for this file, whatever it said to the writes.
    ///
    /// A request on the file's path that is made earlier may overtake writes that are still to be sent.
    public func settle() async {
        while !isIdle { await nextAnswer() }
    }

    /// The file was given the size 0: what is written next may be the start of a big one.
    public func noteEmptied() {
        state.withLock { state in
            guard state.lanes.count == 1, !state.window.isClosed else { return }
            state.window.restart()
            guard case .never = state.widening else { return }
            state.widening = Widening(WritePlan(size: nil), on: connection, borrow: borrow)
        }
    }

    private func sendClose(_ attributes: SFTPAttributes) {
        // A handle must not be closed twice: the server may have given its number to another file.
        guard state.withLock({ $0.window.close() }) else { return }
        if !attributes.isEmpty { send(.fsetstat(handle, attributes), state.withLock { $0.window.add(to: 0) }) }
        send(.close(handle), state.withLock { $0.window.add(to: 0) })
    }

    /// Sends a request that was counted in.
    func send(_ request: SFTPRequest, _ flight: WriteWindow.Flight) {
        let lane = state.withLock { $0.lanes[flight.lane] }
        lane.connection.session.submit(request) { answer in
            var failure: StorageError?
            do throws(StorageError) {
                try answer.get().ok("write \(self.path)")
            } catch {
                failure = error
            }
            self.answered(flight, failure)
        }
    }

    private func answered(_ flight: WriteWindow.Flight, _ failure: StorageError?) {
        let (waiters, end) = state.withLock { state in
            state.window.answered(flight, failure)
            defer { state.waiters = [:] }
            return (state.waiters.values, state.endIfIdle(flight.lane))
        }
        if let end { perform(end) }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits until `condition` gives something.
    ///
    /// - Throws: the first refusal, at this call and every one after it.
    func waitFor<Value: Sendable>(
        _ condition: @Sendable (inout State) -> Value?
    ) async throws(StorageError) -> Value {
        while true {
            let (failure, value) = state.withLock { state in
                (state.window.failure, state.window.failure == nil ? condition(&state) : nil)
            }
            if let failure { throw failure }
            if let value { return value }
            if Task.isCancelled { throw .cancelled }
            await nextAnswer()
        }
    }

    /// Returns after some answer, or when the task is cancelled, or at once when nothing is on its way.
    private func nextAnswer() async {
        let ticket = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isWaiting = state.withLock { state in
                    // An answer that came since the condition was looked at may have been the last one.
                    guard !state.window.isEmpty, !Task.isCancelled else { return false }
                    state.waiters[ticket] = continuation
                    return true
                }
                if !isWaiting { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume()
        }
    }
}
