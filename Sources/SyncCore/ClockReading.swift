public import FileModel

/// What a file that was made a moment ago tells of its side's clock.
public struct ClockReading: Hashable, Sendable {
    /// By how much the side's clock is ahead of ours; zero where both may be right.
    public let skew: Duration

    /// From here on a user is told.
    private static let notable = Duration.seconds(300)

    public var isNotable: Bool { Self.isNotable(skew) }

    public static func isNotable(_ skew: Duration) -> Bool { skew > notable || skew < .zero - notable }

    /// - Parameters:
    ///   - told: the file's time as the side tells it.
    ///   - before: when its making began, by our clock.
    ///   - after: when it had ended.
    /// - Returns: nil for a time that is told too coarsely to judge by.
    public init?(_ told: ModificationTime, madeBetween before: Timestamp, and after: Timestamp) {
        guard told.resolution <= .minute, after >= before else { return nil }
        let least = told.time.duration(since: after)
        let most = told.time.duration(since: before) + told.resolution.duration
        skew = least <= .zero && most >= .zero ? .zero : (least + most) / 2
    }
}
