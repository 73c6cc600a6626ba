public import FileModel

/// What is known of one side's clock and of how it tells times.
public struct Calibration: Hashable, Sendable {
    /// What to add to the side's times to get the other side's; nil when nobody knows the zone of its listings.
    public var offset: Duration?
    /// Whether the side keeps the times that were set; otherwise its times say when a file arrived.
    public var keepsTimes: Bool
    /// By how much the side's clock is ahead of ours. A time that was set, in place of taken from that clock, is right
    /// without it: only where a file was certainly edited on that side does it count.
    public var skew = Duration.zero

    public init(offset: Duration? = .zero, keepsTimes: Bool = true) {
        self.offset = offset
        self.keepsTimes = keepsTimes
    }

    public static let exact = Calibration()

    /// For times that the side's own clock gave.
    var correctingClock: Calibration {
        var result = self
        result.offset = offset.map { $0 - skew }
        return result
    }
}

/// How far apart two times of different sides may lie and still be the same moment.
public enum ComparisonWindow: Hashable, Sendable {
    case within(Duration)
    /// Times of the two sides cannot be compared.
    case sizeOnly

    /// The window that a time of this source asks for.
    public init(_ time: ModificationTime, _ calibration: Calibration) {
        guard calibration.keepsTimes else {
            self = .sizeOnly
            return
        }
        switch time.source {
        case .local:
            self = .within(.zero)
        case .sftp, .mlsd, .mdtm:
            self = .within(max(.seconds(2), time.resolution.duration))
        case .list where time.resolution >= .day || calibration.offset == nil:
            self = .sizeOnly
        case .list:
            self = .within(time.resolution.duration + .seconds(1))
        }
    }

    /// The window of a comparison between two times: the wider of the two.
    static func covering(_ left: ComparisonWindow, _ right: ComparisonWindow) -> ComparisonWindow {
        guard case .within(let first) = left, case .within(let second) = right else { return .sizeOnly }
        return .within(max(first, second))
    }
}
