import DequeModule

/// The requests that wait, first come first served within two lines: metadata, and everything else.
///
/// Metadata goes first, but after `metadataRun` of them in a row one of the others is served.
struct WaiterQueue {
    struct Waiter: Hashable {
        let id: LeaseID
        let priority: LeasePriority
        let deadline: ContinuousClock.Instant
        let since: ContinuousClock.Instant
    }

    static let metadataRun = 4

    private var waiting: [LeaseID: Waiter] = [:]
    /// May name waiters that have gone; those are skipped.
    private var metadata: Deque<LeaseID> = []
    private var transfers: Deque<LeaseID> = []
    private var run = 0
    private(set) var metadataCount = 0
    /// No waiter's deadline is before this; nil when nobody waits.
    private var earliest: ContinuousClock.Instant?

    var count: Int { waiting.count }
    var isEmpty: Bool { waiting.isEmpty }
    var transferCount: Int { waiting.count - metadataCount }
    var earliestDeadline: ContinuousClock.Instant? { waiting.isEmpty ? nil : earliest }

    mutating func append(_ waiter: Waiter) {
        waiting[waiter.id] = waiter
        earliest = earliestDeadline.map { min($0, waiter.deadline) } ?? waiter.deadline
        if waiter.priority == .metadata {
            metadata.append(waiter.id)
            metadataCount += 1
        } else {
            transfers.append(waiter.id)
        }
    }

    /// Takes a waiter out of its place in the line.
    @discardableResult
    mutating func remove(_ id: LeaseID) -> Waiter? {
        guard let waiter = waiting.removeValue(forKey: id) else { return nil }
        if waiter.priority == .metadata { metadataCount -= 1 }
        compact()
        return waiter
    }

    /// Takes out who is served next.
    ///
    /// - Parameter transfersAllowed: false while only sessions set aside for metadata are left.
    mutating func takeNext(transfersAllowed: Bool) -> Waiter? {
        let transferMayGo = transfersAllowed && transferCount > 0
        if metadataCount > 0, !transferMayGo || run < Self.metadataRun {
            run = transferMayGo ? run + 1 : 0
            return takeFirst(\.metadata)
        }
        guard transferMayGo else { return nil }
        run = 0
        return takeFirst(\.transfers)
    }

    private mutating func takeFirst(_ line: WritableKeyPath<Self, Deque<LeaseID>>) -> Waiter? {
        while let id = self[keyPath: line].popFirst() {
            if let waiter = remove(id) { return waiter }
        }
        return nil
    }

    /// Takes out everybody whose deadline has come, longest wait first.
    mutating func removeExpired(_ now: ContinuousClock.Instant) -> [Waiter] {
        guard let bound = earliestDeadline, bound <= now else { return [] }
        let expired = waiting.values.filter { $0.deadline <= now }.sorted { $0.id < $1.id }
        for waiter in expired { remove(waiter.id) }
        earliest = waiting.values.lazy.map(\.deadline).min()
        return expired
    }

    /// Takes out everybody, longest wait first.
    mutating func removeAll() -> [Waiter] {
        let all = waiting.values.sorted { $0.id < $1.id }
        self = WaiterQueue()
        return all
    }

    /// Drops the names of those who left once they are the greater part.
    private mutating func compact() {
        guard metadata.count + transfers.count > 2 * waiting.count + 32 else { return }
        metadata.removeAll { waiting[$0] == nil }
        transfers.removeAll { waiting[$0] == nil }
    }
}
