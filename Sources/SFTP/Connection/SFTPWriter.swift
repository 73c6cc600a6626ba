public import FileModel
public import NIOCore
import Synchronization

/// Writes to one open file without waiting for each answer.
///
/// `write` returns as soon as there is room in the window; the first refusal is thrown by the next call of any method,
/// and by every one after it. Requests reach the server in the order of the calls, as long as those do not overlap.
public final class SFTPWriter: Sendable {
    /// Bytes and requests on their way at most. A channel of OpenSSH takes 2 MiB at a time, so more buys nothing.
    private static let windowBytes = 16 << 20
    private static let windowRequests = 128

    private struct State {
        var window = WriteWindow(bytes: windowBytes, requests: windowRequests)
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var lastWaiter: UInt64 = 0
    }

    public let handle: SFTPHandle
    private let connection: SFTPConnection
    private let path: SFTPPath
    private let state = Mutex(State())

    /// - Parameters:
    ///   - handle: from `open`; this writer closes it.
    ///   - path: for messages.
    public init(_ connection: SFTPConnection, _ handle: SFTPHandle, path: SFTPPath) {
        self.connection = connection
        self.handle = handle
        self.path = path
    }

    /// Whether every request was answered.
    public var isIdle: Bool { state.withLock { $0.window.isEmpty } }

    /// Sends the bytes; waits only while the window is full.
    public func write(_ bytes: ByteBuffer, at offset: Int64) async throws(StorageError) {
        guard !state.withLock({ $0.window.isClosed }) else {
            throw StorageError(.staleHandle, "\(path) was closed and cannot be written to")
        }
        for block in connection.blocks(of: bytes, at: offset) {
            let size = block.bytes.readableBytes
            try await wait { $0.reserve(size) }
            send(.write(handle, offset: block.offset, block.bytes), size: size)
        }
    }

    /// Waits until every write was answered.
    public func drain() async throws(StorageError) {
        try await wait { $0.isEmpty }
    }

    /// Waits until everything is on the server's disk.
    ///
    /// - Throws: `.unsupported` where the server has no fsync; the writes are answered then.
    public func synchronize() async throws(StorageError) {
        guard connection.offers(.fsync) else {
            try await drain()
            throw .unsupported("writing a file to the server's disk")
        }
        // In the same flight as the writes: requests on one file keep their order.
        let synchronized = await connection.session.perform([.fsync(handle)])
        try await drain()
        try synchronized[0].get().ok("write \(path) to the server's disk")
    }

    /// Sends CLOSE right behind the writes, and waits for the verdict on all of it.
    ///
    /// The handle is closed even when this throws or is cancelled.
    /// - Parameter attributes: to set before, in the same flight.
    public func close(_ attributes: SFTPAttributes = SFTPAttributes()) async throws(StorageError) {
        sendClose(attributes)
        try await drain()
    }

    /// Closes the handle without waiting for anything. Harmless after `close`.
    public func abort() { sendClose(SFTPAttributes()) }

    /// Waits until the server will do nothing more for this file, whatever it said to the writes.
    ///
    /// A request on the file's path that is made earlier may overtake writes that are still to be sent.
    public func settle() async {
        while !isIdle { await nextAnswer() }
    }

    private func sendClose(_ attributes: SFTPAttributes) {
        // A handle must not be closed twice: the server may have given its number to another file.
        guard state.withLock({ $0.window.close() }) else { return }
        if !attributes.isEmpty {
            state.withLock { $0.window.add(0) }
            send(.fsetstat(handle, attributes), size: 0)
        }
        state.withLock { $0.window.add(0) }
        send(.close(handle), size: 0)
    }

    /// Sends a request that was counted in.
    private func send(_ request: SFTPRequest, size: Int) {
        connection.session.submit(request) { answer in
            var failure: StorageError?
            do throws(StorageError) {
                try answer.get().ok("write \(self.path)")
            } catch {
                failure = error
            }
            self.answered(size, failure)
        }
    }

    private func answered(_ size: Int, _ failure: StorageError?) {
        let waiters = state.withLock { state in
            state.window.answered(size, failure)
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits until `condition` holds.
    ///
    /// - Throws: the first refusal, at this call and every one after it.
    private func wait(_ condition: @Sendable (inout WriteWindow) -> Bool) async throws(StorageError) {
        while true {
            let (failure, holds) = state.withLock { state in
                (state.window.failure, state.window.failure == nil && condition(&state.window))
            }
            if let failure { throw failure }
            if holds { return }
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
