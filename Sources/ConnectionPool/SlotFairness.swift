/// How a capped number of slots is divided among several holders: pools, processes or machines.
///
/// Everybody may have what is free. When more is wanted, each is entitled to an equal share; who has more gives up
/// down to it, and where there are more holders than slots they take turns.
public struct SlotFairness: Sendable {
    /// What is known of one holder.
    public struct Member: Hashable, Sendable {
        public var holding: Int
        public var waiting: Int
        /// When the longest of its waits began, in any unit that all members share.
        public var since: UInt64

        public init(holding: Int, waiting: Int, since: UInt64) {
            self.holding = holding
            self.waiting = waiting
            self.since = since
        }

        var isTakingPart: Bool { holding > 0 || waiting > 0 }
    }

    public let count: Int
    public let mine: Member
    public let others: [Member]

    public init(count: Int, mine: Member, others: [Member]) {
        self.count = count
        self.mine = mine
        self.others = others.filter(\.isTakingPart)
    }

    /// Slots that everybody is entitled to.
    var share: Int { max(1, count / max(1, others.count + (mine.isTakingPart ? 1 : 0))) }

    /// Slots that others take before me: who has fewer, or as many and waited longer, comes first.
    public var ahead: Int {
        others.reduce(0) { sum, other in
            let fair = mine.holding - other.holding + (other.since < mine.since ? 1 : 0)
            return sum + min(other.waiting, max(0, fair))
        }
    }

    /// Slots that the others have.
    public var heldByOthers: Int { others.reduce(0) { $0 + $1.holding } }

    /// Slots that nobody has; less than none when more are held than there should be.
    public var free: Int { count - mine.holding - heldByOthers }

    /// Whether one of `free` slots is mine to take.
    public func mayTake(free: Int) -> Bool { ahead < free }

    /// What the others want of mine.
    public var demand: SlotDemand {
        let wanted = others.reduce(0) { $0 + $1.waiting }
        guard wanted > 0, mine.holding > 0 else { return .none }
        let deserved = others.reduce(0) { $0 + min($1.waiting, max(0, share - $1.holding)) }
        let surplus = min(deserved, max(0, mine.holding - share))
        let anybodyHasMore = mine.holding > share || others.contains { $0.holding > share }
        let starving = anybodyHasMore ? 0 : others.count { $0.holding == 0 }
        return SlotDemand(wanted: wanted, surplus: surplus, starving: starving)
    }
}
