import Synchronization

/// What a volume did: times of calls, bytes, and how often a cache spared the server.
public final class VolumeMetrics: Sendable {
    private struct State {
        var calls: [String: CallCounts] = [:]
        var caches: [Cache: HitCount] = [:]
        var read: RateMeter
        var written: RateMeter
    }

    struct CallCounts {
        var times = LatencyHistogram()
        var failures: UInt64 = 0
    }

    public enum Cache: String, Sendable, CaseIterable {
        case names, attributes, listings, reads
        /// Files that were read before they were opened.
        case ahead
    }

    struct HitCount {
        var hits: UInt64 = 0
        var misses: UInt64 = 0
    }

    private let state: Mutex<State>

    init() {
        let now = ContinuousClock.now
        state = Mutex(State(read: RateMeter(start: now), written: RateMeter(start: now)))
    }

    /// - Parameter operation: as the log names it, `create in`; the first word counts.
    public func called(_ operation: String, took duration: Duration, failed: Bool) {
        let name = String(operation.prefix { $0 != " " })
        state.withLock { state in
            state.calls[name, default: CallCounts()].times.record(duration)
            if failed { state.calls[name]?.failures += 1 }
        }
    }

    public func looked(in cache: Cache, hit: Bool) {
        state.withLock { state in
            if hit {
                state.caches[cache, default: HitCount()].hits += 1
            } else {
                state.caches[cache, default: HitCount()].misses += 1
            }
        }
    }

    public func read(_ bytes: Int) { state.withLock { $0.read.add(bytes, at: .now) } }
    public func wrote(_ bytes: Int) { state.withLock { $0.written.add(bytes, at: .now) } }

    func calls() -> [String: CallCounts] { state.withLock { $0.calls } }
    func caches() -> [Cache: HitCount] { state.withLock { $0.caches } }

    func transfer() -> (read: VolumeStatus.Transfer, written: VolumeStatus.Transfer) {
        state.withLock { state in
            let now = ContinuousClock.now
            return (
                VolumeStatus.Transfer(bytes: state.read.total, bytesPerSecond: state.read.rate(at: now)),
                VolumeStatus.Transfer(bytes: state.written.total, bytesPerSecond: state.written.rate(at: now))
            )
        }
    }
}
