import NIOCore
import Synchronization

/// What came over a data connection and waits for its reader, who takes it without asking the event loop.
///
/// Waking a thread costs more than copying what one read brings: with two wakes for each piece of 256 KiB, 1 GiB from a
/// server nearby took 1.4 s where one thread needs 0.95.
final class ReceivedBytes: Sendable {
    private struct State {
        var pieces = CircularBuffer<ByteBuffer>()
        var count = 0
        var isPaused = false
    }

    /// Bytes held before no more are read.
    static let window = 1024 * 1024

    private let state = Mutex(State())

    func append(_ piece: ByteBuffer) {
        state.withLock { state in
            state.pieces.append(piece)
            state.count += piece.readableBytes
        }
    }

    /// - Returns: the oldest piece, and whether reading stands still for want of room and can go on.
    func takeFirst() -> (piece: ByteBuffer, canGoOn: Bool)? {
        state.withLock { state in
            guard let piece = state.pieces.popFirst() else { return nil }
            state.count -= piece.readableBytes
            let canGoOn = state.isPaused && state.count <= Self.window / 2
            if canGoOn { state.isPaused = false }
            return (piece, canGoOn)
        }
    }

    /// Nothing is read until the reader has taken more: the next move is its own, and no silence is the server's.
    var isPaused: Bool { state.withLock { $0.isPaused } }

    /// Whether there is room; if not, `takeFirst` tells when there is.
    func hasRoomOrPauses() -> Bool {
        state.withLock { state in
            state.isPaused = state.count >= Self.window
            return !state.isPaused
        }
    }

    func removeAll() { state.withLock { $0 = State() } }
}
