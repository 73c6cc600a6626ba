import FileModel
import Synchronization

/// Spaces out bytes so that no more than a given number per second leave.
final class BandwidthLimit: Sendable {
    private let bytesPerSecond: Int64
    /// When the line is free again.
    private let free: Mutex<ContinuousClock.Instant>

    init(bytesPerSecond: Int64) {
        self.bytesPerSecond = max(1, bytesPerSecond)
        free = Mutex(.now)
    }

    /// Waits until `count` more bytes may go.
    func pass(_ count: Int) async throws(StorageError) {
        let cost = Duration.seconds(Double(count) / Double(bytesPerSecond))
        let start = free.withLock { free in
            let start = max(free, .now)
            free = start + cost
            return start
        }
        guard start > .now else { return }
        do {
            try await Task.sleep(until: start, clock: .continuous)
        } catch {
            throw .cancelled
        }
    }
}
