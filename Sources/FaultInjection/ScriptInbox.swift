import NIOCore
import Synchronization

/// Bytes that arrived and were not asked for yet, and the one who waits for more.
final class ScriptInbox: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var isEnded = false
        /// Changes with everything that happens, so that nothing is missed between looking and waiting.
        var version = 0
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func received(_ bytes: some Sequence<UInt8>) {
        wake { $0.bytes += bytes }
    }

    func ended() {
        wake { $0.isEnded = true }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state in
            change(&state)
            state.version += 1
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Waits until `take` finds what it looks for.
    ///
    /// - Throws: `ScriptEnded` when the connection ends before.
    func next<R: Sendable>(_ take: @Sendable (inout [UInt8]) -> R?) async throws -> R {
        while true {
            let (found, isEnded, version) = state.withLock {
                ($0.bytes.isEmpty ? nil : take(&$0.bytes), $0.isEnded, $0.version)
            }
            if let found { return found }
            if isEnded || Task.isCancelled { throw ScriptEnded() }
            await change(after: version)
        }
    }

    /// Everything up to the end of the connection.
    func untilEnd() async -> [UInt8] {
        while true {
            let (isEnded, version) = state.withLock { ($0.isEnded, $0.version) }
            if isEnded || Task.isCancelled { return state.withLock { $0.bytes } }
            await change(after: version)
        }
    }

    private func change(after version: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.version != version || Task.isCancelled { return true }
                    state.waiter = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            wake { _ in }
        }
    }
}

/// Puts what arrives into the inbox.
final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let inbox: ScriptInbox
    /// Called once the connection can be written to.
    private let onActive: () -> Void

    init(_ inbox: ScriptInbox, onActive: @escaping () -> Void = {}) {
        self.inbox = inbox
        self.onActive = onActive
    }

    func channelActive(context: ChannelHandlerContext) {
        onActive()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        inbox.received(unwrapInboundIn(data).readableBytesView)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { inbox.ended() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        inbox.ended()
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { inbox.ended() }
}
