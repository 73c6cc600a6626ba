import DequeModule
import FileModel
import NIOCore
import Synchronization

/// The way of written bytes to the server: a bounded queue and one task that empties it.
///
/// Everything happens in the order it was asked for. Small writes that follow each other are joined to whole blocks;
/// a block that stays incomplete is sent after `patience`. An error stops the queue and comes back from every later
/// call. Cancelling a caller ends its waiting, never the upload.
final class WriteBehind: Sendable {
    let writer: TimeLimitedWriter
    private let state: Mutex<WriteQueue>
    /// Rings for an incomplete block.
    private let alarm = Mutex<UInt64?>(nil)

    /// How long an incomplete block waits for more.
    static let patience: Duration = .milliseconds(200)

    init(writer: TimeLimitedWriter, blockSize: Int, capacity: Int64) {
        self.writer = writer
        state = Mutex(WriteQueue(blockSize: blockSize, capacity: Int(clamping: capacity)))
    }

    /// Queues a write; waits while the queue is full.
    ///
    /// - Throws: what an earlier write met, `.cancelled`.
    func write(_ bytes: ByteBuffer, at offset: Int64) async throws(StorageError) {
        while let room = try roomIfFull(for: bytes.readableBytes) { try await room.value() }
        let action = try state.withLock { state throws(StorageError) in try state.append(bytes, at: offset) }
        perform(action)
    }

    private func roomIfFull(for count: Int) throws(StorageError) -> Promise<Void>? {
        try state.withLock { state throws(StorageError) in try state.roomIfFull(for: count) }
    }

    /// Lets all that was written reach the server's stable storage.
    func synchronize() async throws(StorageError) {
        try await inTurn { [writer] () async throws(StorageError) in try await writer.synchronize() }
    }

    func setAttributes(_ changes: AttributeChanges) async throws(StorageError) {
        try await inTurn { [writer] () async throws(StorageError) in try await writer.setAttributes(changes) }
    }

    /// Ends the upload with `changes` applied and returns the server's verdict on all of it.
    func close(_ changes: AttributeChanges) async throws(StorageError) {
        endAlarm()
        do throws(StorageError) {
            try await inTurn { [writer] () async throws(StorageError) in
                if !changes.isEmpty { try await writer.setAttributes(changes) }
                try await writer.close()
            }
        } catch {
            await writer.abort()
            throw error
        }
    }

    func abort() async {
        endAlarm()
        state.withLock { $0.fail(.cancelled) }.fulfil()
        await writer.abort()
    }

    /// Nothing is written any more.
    private func endAlarm() {
        if let id = alarm.withLock({ $0.take() }) { Alarms.shared.end(id) }
    }

    /// Runs `body` after everything queued before.
    private func inTurn(_ body: @escaping @Sendable () async throws(StorageError) -> Void) async throws(StorageError) {
        let done = Promise<Void>()
        let action = try state.withLock { state throws(StorageError) in
            try state.append(WriteQueue.Command.run(body, done))
        }
        perform(action)
        try await done.value()
    }

    private func perform(_ action: WriteQueue.Action) {
        switch action {
        case .none: return
        case .startPump: startHere { await self.pump() }
        case .startTimer:
            let time = ContinuousClock.now + Self.patience
            let id = Alarms.shared.begin(at: { time }) { self.perform(self.state.withLock { $0.timerFired() }) }
            alarm.withLock { $0 = id }
        }
    }

    private func pump() async {
        while let command = state.withLock({ $0.next() }) {
            do throws(StorageError) {
                switch command {
                case .write(let bytes, let offset):
                    try await writer.write(bytes, at: offset)
                    state.withLock { $0.wrote(bytes.readableBytes) }?.fulfil(.success(()))
                case .run(let body, let done):
                    try await body()
                    done.fulfil(.success(()))
                }
            } catch {
                if case .run(_, let done) = command { done.fulfil(.failure(error)) }
                state.withLock { $0.fail(error) }.fulfil()
            }
        }
    }
}
