public import FoundationEssentials

/// A login that the server refused, and that no program repeats for a while.
public struct RefusedLogin: Codable, Hashable, Sendable {
    /// Which credentials it was; see `CredentialMark`.
    public var mark: String
    /// The first refusal of these credentials, and the last attempt with them.
    public var since: Date
    public var last: Date
    /// The server's own words.
    public var reply: String
}

/// Credentials that were good.
public struct GoodLogin: Codable, Hashable, Sendable {
    public var mark: String
    public var at: Date
}

/// The server's own limit of sessions for this account, as all programs of this machine together met it.
public struct SessionLimit: Codable, Hashable, Sendable {
    public var maximum: Int
    public var learned: Date
    /// From then on one session more is tried.
    public var nextProbe: Date
    /// Seconds from one such attempt to the next, which doubles when the server refuses again.
    public var probeInterval: Double
}

/// Sessions that the server let the account have at once, with no word of a limit.
public struct SessionsHeld: Codable, Hashable, Sendable {
    public var count: Int
    public var at: Date

    /// Servers get new settings now and then.
    func isRecent(_ now: Date) -> Bool { abs(now.timeIntervalSince(at)) < 7 * 86_400 }
}

extension SessionLimit {
    /// Learned just now.
    ///
    /// - Parameter interval: seconds until one more is tried.
    public init(_ maximum: Int, learned: Date, interval: Double) {
        self.maximum = maximum
        self.learned = learned
        nextProbe = learned.addingTimeInterval(interval)
        probeInterval = interval
    }
}
