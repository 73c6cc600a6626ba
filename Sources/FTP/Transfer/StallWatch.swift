import NIOCore

/// When bytes last moved.
struct StallClock {
    private(set) var lastProgress = NIODeadline.now()
    /// Whether the server has confirmed the transfer already.
    var isAfterReply = false

    mutating func progressed() { lastProgress = .now() }
}

/// Looks now and then whether bytes that should move do.
///
/// One timer for all transfers of a session, which stops when it finds none. Belongs to the connection's event loop.
final class StallWatch {
    private var transfer: DataTransfer?
    private var isRunning = false

    func look(after transfer: DataTransfer) {
        self.transfer = transfer
        guard !isRunning else { return }
        isRunning = true
        let interval = TimeAmount(transfer.limits.command / 4)
        let bound = NIOLoopBound(self, eventLoop: transfer.loop)
        transfer.loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { bound.value.fired($0) }
    }

    private func fired(_ timer: RepeatedTask) {
        guard let transfer, !transfer.isOver else {
            self.transfer = nil
            isRunning = false
            return timer.cancel()
        }
        transfer.checkForStall()
    }
}

@available(*, unavailable)
extension StallWatch: Sendable {}
