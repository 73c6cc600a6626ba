/// What a lease is for; it decides the place in the queue and which sessions may be used.
public enum LeasePriority: Hashable, Sendable, CaseIterable {
    /// A short exchange (lookup, listing, rename). Served ahead of the others, and has sessions set aside for it.
    case metadata
    /// A transfer that runs until it ends.
    case bulk
    /// A small file that is moved whole, within a few round trips. Waits with the transfers; no session is kept
    /// free of it.
    case brief
    /// An open handle that may sit idle on its session. Gives it back when asked (`Lease.onPressure`).
    case stream

    /// Whether its end may be far away, so that some sessions are kept free of its like.
    var isLong: Bool { self == .bulk || self == .stream }
}
