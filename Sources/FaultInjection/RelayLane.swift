import NIOCore

/// One direction of a relayed connection: a queue of pieces with the time at which each may leave.
///
/// Belongs to one event loop.
final class RelayLane {
    private enum Item {
        case bytes(ByteBuffer)
        /// The sender's FIN.
        case end
        /// The sender is gone: whatever is still said to it is answered with RST.
        case gone

        var isGone: Bool { if case .gone = self { true } else { false } }
    }

    /// Bytes under way before the sender is no longer read from, as the window of a connection bounds them.
    private static let window = 64 << 20

    private let loop: any EventLoop
    private let delay: () -> Duration
    private var faults: [Fault]
    private var source: (any Channel)?
    private var sink: (any Channel)?
    private var queue = CircularBuffer<(item: Item, due: NIODeadline)>()
    private var queuedBytes = 0
    private var deliveredBytes = 0
    private var isTimerSet = false
    private var isSourcePaused = false
    /// The sender's end has reached the far side.
    private(set) var hasEnded = false
    var onFault: ((Fault.Action) -> Void)?

    var isStalled = false {
        didSet { if !isStalled { deliver() } }
    }

    /// Nothing passes any more, not even the end of the stream: the connection is about to be ended.
    var isOver = false

    init(loop: any EventLoop, faults: [Fault], delay: @escaping () -> Duration) {
        self.loop = loop
        self.faults = faults.sorted { $0.bytes < $1.bytes }
        self.delay = delay
    }

    func join(source: any Channel, sink: any Channel) {
        self.source = source
        self.sink = sink
        triggerFaults()
    }

    func received(_ bytes: ByteBuffer) {
        queuedBytes += bytes.readableBytes
        enqueue(.bytes(bytes))
    }

    /// The sender will say no more. On a stalled lane that never reaches the far side.
    func sourceEnded() {
        if isStalled { source?.close(promise: nil) }
        enqueue(.end)
    }

    /// The sender closed its end while the far side was still speaking.
    func sourceVanished() { enqueue(.gone) }

    /// Ends the connection's far side at once; what is under way is lost.
    func end(withReset: Bool) {
        queue.removeAll()
        guard let sink else { return }
        if withReset, let socket = sink as? any SocketOptionProvider {
            socket.setSoLinger(.init(l_onoff: 1, l_linger: 0)).whenComplete { _ in sink.close(promise: nil) }
        } else {
            sink.close(promise: nil)
        }
    }

    /// Sends what is due, as far as the far side takes it.
    func deliver() {
        let now = NIODeadline.now()
        while !isStalled, !isOver, let sink, sink.isWritable || queue.first?.item.isGone == true,
            let next = queue.first
        {
            guard next.due <= now else { break }
            queue.removeFirst()
            send(next.item, to: sink)
        }
        sink?.flush()
        setTimer()
        steerSource()
    }

    private func enqueue(_ item: Item) {
        if isOver { return }
        queue.append((item, .now() + TimeAmount(delay())))
        deliver()
    }

    private func send(_ item: Item, to sink: any Channel) {
        switch item {
        case .end:
            hasEnded = true
            // With both of its halves closed a channel drops what was not flushed.
            sink.flush()
            sink.close(mode: .output, promise: nil)
        case .gone:
            end(withReset: true)
        case .bytes(var bytes):
            queuedBytes -= bytes.readableBytes
            guard let fault = faults.first, deliveredBytes + bytes.readableBytes >= fault.bytes else {
                deliveredBytes += bytes.readableBytes
                return sink.write(bytes, promise: nil)
            }
            let allowed = bytes.readSlice(length: max(0, fault.bytes - deliveredBytes)) ?? ByteBuffer()
            deliveredBytes += allowed.readableBytes
            if bytes.readableBytes > 0 {
                queuedBytes += bytes.readableBytes
                queue.prepend((.bytes(bytes), .now()))
            }
            sink.writeAndFlush(allowed, promise: nil)
            triggerFaults()
        }
    }

    private func triggerFaults() {
        while let fault = faults.first, deliveredBytes >= fault.bytes {
            faults.removeFirst()
            if fault.action == .stall { isStalled = true } else { isOver = true }
            onFault?(fault.action)
        }
    }

    private func setTimer() {
        guard !isTimerSet, !isStalled, !isOver, sink?.isWritable == true, let next = queue.first else { return }
        isTimerSet = true
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(deadline: next.due) {
            bound.value.isTimerSet = false
            bound.value.deliver()
        }
    }

    private func steerSource() {
        let mustPause = queuedBytes > Self.window || (queuedBytes > 1 << 20 && sink?.isWritable == false)
        guard mustPause != isSourcePaused else { return }
        isSourcePaused = mustPause
        source?.setOption(.autoRead, value: !mustPause).whenFailure { _ in }
    }
}
