import NIOCore
import Synchronization

@testable import FaultInjection

/// Counts what happened on a server's side.
final class Tally: Sendable {
    private let total = Mutex(0)

    func add(_ count: Int = 1) { total.withLock { $0 += count } }
    var count: Int { total.withLock { $0 } }
}

extension ScriptedSession {
    /// Takes nothing more from the kernel.
    func stopReading() async throws { try await channel.setOption(.autoRead, value: false).get() }
}
