/// Files or folders of one folder that somebody visits in order, and which of them to fetch before they are visited.
///
/// A pure value. The window doubles with each visit, and halves when what was fetched is of no use any more; a visit to
/// what is not near the front ends the run.
struct SiblingRun {
    /// What is visited, in the order of the visits.
    private let order: [InodeNumber]
    /// The place after the furthest visit.
    private(set) var front = 0
    /// The place after the last that was offered for fetching.
    private var offered = 0
    /// How many to have fetched, or under way, beyond the front.
    private(set) var window: Int
    private let maximum: Int
    /// How often what comes next was fetched again since the last visit.
    private var renewals = 0
    private static let mostRenewals = 4

    /// How far from the front a visit may be and still belong to the run: readers that work side by side get out of
    /// step.
    static let tolerance = 32

    /// - Parameters:
    ///   - order: what is to be visited; nothing of it is behind the front yet.
    ///   - visited: what was visited already.
    init(_ order: [InodeNumber], visited: InodeNumber, initial: Int, maximum: Int) {
        self.order = order
        self.maximum = maximum
        window = min(initial, maximum)
        front = (order.firstIndex(of: visited) ?? -1) + 1
        offered = front
    }

    /// Notes a visit.
    ///
    /// - Parameter wasReady: it was offered before, and what was fetched is there or under way.
    /// - Returns: false when the visit is not part of the run, which is over then.
    mutating func visited(_ number: InodeNumber, wasReady: Bool) -> Bool {
        let near = max(0, front - Self.tolerance)..<min(order.count, front + Self.tolerance)
        guard let place = order[near].firstIndex(of: number) else { return false }
        // Who gets to what was not offered yet is faster than the window.
        let isTooLate = place < offered && !wasReady
        window = isTooLate ? max(1, window / 2) : min(maximum, window * 2)
        front = max(front, place + 1)
        offered = max(offered, front)
        renewals = 0
        return true
    }

    /// The next to fetch; nil while the window is full or at the end.
    mutating func next() -> InodeNumber? {
        guard offered < min(order.count, front + window) else { return nil }
        defer { offered += 1 }
        return order[offered]
    }

    /// What comes after the furthest visit, if it was offered and may be fetched again because it grew old. Who never gets
    /// there has it fetched a few times only.
    var following: InodeNumber? {
        front < offered && renewals < Self.mostRenewals ? order[front] : nil
    }

    mutating func renewed() { renewals += 1 }

    /// Takes back the last offer: there was no room for it yet.
    mutating func putBack() { offered = max(front, offered - 1) }
}
