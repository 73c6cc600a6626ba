import NIOCore

/// Bytes that wait for the server's window, with the promises of those who wrote them.
struct SSHOutgoing {
    private var waiting = CircularBuffer<(bytes: ByteBuffer, promise: EventLoopPromise<Void>?)>()
    private var finished: [EventLoopPromise<Void>] = []

    /// What comes next; nil when there is nothing.
    var first: ByteBuffer? { waiting.first?.bytes }

    mutating func append(_ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?) {
        guard bytes.readableBytes > 0 else {
            promise?.succeed()
            return
        }
        waiting.append((bytes, promise))
    }

    /// `count` bytes of `first` were taken.
    mutating func wrote(_ count: Int) {
        guard !waiting.isEmpty else { return }
        waiting[waiting.startIndex].bytes.moveReaderIndex(forwardBy: count)
        guard waiting[waiting.startIndex].bytes.readableBytes == 0 else { return }
        if let promise = waiting.removeFirst().promise { finished.append(promise) }
    }

    /// The promises of what was taken as a whole since the last call.
    mutating func takeFinished() -> [EventLoopPromise<Void>] {
        defer { finished = [] }
        return finished
    }

    /// Forgets everything, and returns the promises to fail. (Failing one may lead to another write.)
    mutating func takeAll() -> [EventLoopPromise<Void>] {
        defer { self = SSHOutgoing() }
        return waiting.compactMap(\.promise) + finished
    }
}
