import DequeModule

/// The requests that wait, first come first served within their lines: metadata, and transfers by direction.
///
/// Metadata goes first, but after `metadataRun` of them in a row a transfer is served. Among transfers that may go, the
/// one that has waited longest does.
struct WaiterQueue {
    struct Waiter: Hashable {
        let id: LeaseID
        let priority: LeasePriority
        var direction: TransferDirection?
        let deadline: PoolInstant
        let since: PoolInstant

        var line: Line { priority == .metadata ? .metadata : .transfer(direction) }
    }

    enum Line: Hashable {
        case metadata
        /// nil: neither of the limits for directions holds.
        case transfer(TransferDirection?)

        static let transfers = [Line.transfer(nil), .transfer(.download), .transfer(.upload)]
        static let all = [Line.metadata] + transfers
    }

    /// A value for each line.
    struct PerLine<Value> {
        private var metadata: Value
        private var transfer: Value
        private var download: Value
        private var upload: Value

        init(_ value: Value) { (metadata, transfer, download, upload) = (value, value, value, value) }

        subscript(line: Line) -> Value {
            get {
                switch line {
                case .metadata: metadata
                case .transfer(nil): transfer
                case .transfer(.download): download
                case .transfer(.upload): upload
                }
            }
            _modify {
                switch line {
                case .metadata: yield &metadata
                case .transfer(nil): yield &transfer
                case .transfer(.download): yield &download
                case .transfer(.upload): yield &upload
                }
            }
        }
    }

    static let metadataRun = 4

    private var waiting: [LeaseID: Waiter] = [:]
    /// May name waiters that have gone; those are skipped.
    private var lines = PerLine<Deque<LeaseID>>([])
    private var counts = PerLine(0)
    private var run = 0
    /// No waiter's deadline is before this; nil when nobody waits.
    private var earliest: PoolInstant?

    var count: Int { waiting.count }
    var isEmpty: Bool { waiting.isEmpty }
    var metadataCount: Int { count(.metadata) }
    var transferCount: Int { waiting.count - metadataCount }
    var earliestDeadline: PoolInstant? { waiting.isEmpty ? nil : earliest }

    func count(_ line: Line) -> Int { counts[line] }

    mutating func append(_ waiter: Waiter) {
        waiting[waiter.id] = waiter
        earliest = earliestDeadline.map { min($0, waiter.deadline) } ?? waiter.deadline
        lines[waiter.line].append(waiter.id)
        counts[waiter.line] += 1
    }

    /// Takes a waiter out of its place in the line.
    @discardableResult
    mutating func remove(_ id: LeaseID) -> Waiter? {
        guard let waiter = waiting.removeValue(forKey: id) else { return nil }
        counts[waiter.line] -= 1
        compact()
        return waiter
    }

    /// Takes out who is served next, from the lines for which there is a place.
    mutating func takeNext(from open: PerLine<Int?>) -> Waiter? {
        let transfer = firstTransfer(open)
        if open[.metadata] != nil, metadataCount > 0, transfer == nil || run < Self.metadataRun {
            run = transfer == nil ? 0 : run + 1
            return first(.metadata).flatMap { remove($0) }
        }
        guard let transfer else { return nil }
        run = 0
        return remove(transfer)
    }

    /// The one that has waited longest among those that may go.
    private mutating func firstTransfer(_ open: PerLine<Int?>) -> LeaseID? {
        var longest: LeaseID?
        for line in Line.transfers where open[line] != nil && count(line) > 0 {
            guard let id = first(line), longest.map({ id < $0 }) ?? true else { continue }
            longest = id
        }
        return longest
    }

    /// Who is at the head of a line; those who left it are dropped.
    private mutating func first(_ line: Line) -> LeaseID? {
        while let id = lines[line].first {
            if waiting[id] != nil { return id }
            lines[line].removeFirst()
        }
        return nil
    }

    /// Takes out everybody whose deadline has come, longest wait first.
    mutating func removeExpired(_ now: PoolInstant) -> [Waiter] {
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
        guard Line.all.reduce(0, { $0 + lines[$1].count }) > 2 * waiting.count + 32 else { return }
        for line in Line.all { lines[line].removeAll { waiting[$0] == nil } }
    }
}
