import NIOCore

/// The limit of the reply that comes next.
///
/// One timer for all replies of a session: each of them only moves the moment at which its limit is over, and a timer that
/// fires before that moment is set again. Belongs to the connection's event loop.
final class ReplyClock {
    /// Called when a limit is over.
    var onExpiry: (() -> Void)?
    private var due: NIODeadline?
    private var timer: (at: NIODeadline, task: Scheduled<Void>)?

    /// Starts a limit in place of the one that runs.
    func start(_ limit: Duration, on loop: any EventLoop) {
        let moment = loop.now + TimeAmount(limit)
        due = moment
        if let timer, timer.at <= moment { return }
        set(moment, on: loop)
    }

    /// Nothing is waited for.
    func stop() { due = nil }

    /// The last that is heard of the clock.
    func end() {
        stop()
        timer?.task.cancel()
        timer = nil
        onExpiry = nil
    }

    private func set(_ moment: NIODeadline, on loop: any EventLoop) {
        timer?.task.cancel()
        let bound = NIOLoopBound(self, eventLoop: loop)
        timer = (moment, loop.scheduleTask(deadline: moment) { bound.value.fired(on: loop) })
    }

    private func fired(on loop: any EventLoop) {
        timer = nil
        guard let due else { return }
        guard loop.now >= due else { return set(due, on: loop) }
        self.due = nil
        onExpiry?()
    }
}

@available(*, unavailable)
extension ReplyClock: Sendable {}
