public import FileModel
import Synchronization

/// The cap that several pools share, in one process, on one machine or across machines.
///
/// A pool takes a slot before it connects and lets go after the connection has ended.
public protocol ConnectionSlots: Sendable {
    /// Waits in turn for a slot; no longer than the task lives.
    ///
    /// - Throws: `.cancelled` when the task was cancelled, and what keeps slots from being handed out at all.
    func acquire() async throws(StorageError) -> ConnectionSlot

    /// Takes a slot if one is free and nobody else is before us.
    func acquireIfFree() async throws(StorageError) -> ConnectionSlot?

    /// What others would like of the slots held through this value. Asked several times a second, so cheap.
    var demand: SlotDemand { get }

    /// Slots that others hold at this moment.
    var heldByOthers: Int { get }

    /// From now on takes a slot only while all holders together have fewer than `count`; nil: than there are slots.
    ///
    /// Every holder is to be told: it binds only those who know it. Slots held already are kept.
    func limit(to count: Int?)
}

/// The right to one session, until it is released or dropped.
public final class ConnectionSlot: Sendable {
    private let onRelease: Mutex<(@Sendable () -> Void)?>

    /// - Parameter release: called once.
    public init(release: @escaping @Sendable () -> Void) { onRelease = Mutex(release) }

    deinit { release() }

    public func release() {
        let body = onRelease.withLock { body in
            defer { body = nil }
            return body
        }
        body?()
    }
}

/// How much others want of the slots that one holder has.
public struct SlotDemand: Hashable, Sendable {
    /// Slots that others wait for: idle connections are closed for them at once.
    public var wanted: Int
    /// Of these, how many this holder has beyond its fair share: given up as leases are released.
    public var surplus: Int
    /// Others that have no slot at all while nobody has a surplus: a connection that had its turn makes room.
    public var starving: Int

    public init(wanted: Int, surplus: Int, starving: Int) {
        self.wanted = wanted
        self.surplus = surplus
        self.starving = starving
    }

    public static let none = SlotDemand(wanted: 0, surplus: 0, starving: 0)
}

/// No cap beyond the pool's own.
public struct UnlimitedSlots: ConnectionSlots {
    public init() {}
    public func acquire() async throws(StorageError) -> ConnectionSlot { ConnectionSlot {} }
    public func acquireIfFree() async throws(StorageError) -> ConnectionSlot? { ConnectionSlot {} }
    public var demand: SlotDemand { .none }
    public var heldByOthers: Int { 0 }
    public func limit(to count: Int?) {}
}
