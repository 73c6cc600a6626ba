/// A moment in UTC, to the nanosecond, as `struct timespec` holds it.
public struct Timestamp: Hashable, Sendable {
    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    public let seconds: Int64
    /// 0 ..< 1,000,000,000.
    public let nanoseconds: Int32

    public init(seconds: Int64, nanoseconds: Int32 = 0) {
        precondition((0..<1_000_000_000).contains(nanoseconds))
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    public static let epoch = Timestamp(seconds: 0)

    /// `self - other`.
    public func duration(since other: Timestamp) -> Duration {
        .seconds(seconds - other.seconds) + .nanoseconds(Int64(nanoseconds) - Int64(other.nanoseconds))
    }

    public func advanced(by duration: Duration) -> Timestamp {
        let (whole, attoseconds) = duration.components
        let nanos = Int64(nanoseconds) + attoseconds / 1_000_000_000
        let carry = nanos >= 0 ? nanos / 1_000_000_000 : (nanos - 999_999_999) / 1_000_000_000
        return Timestamp(seconds: seconds + whole + carry, nanoseconds: Int32(nanos - carry * 1_000_000_000))
    }

    /// Rounded down to a multiple of `resolution` (a power-of-ten fraction of a second, or whole seconds).
    public func rounded(down resolution: TimeResolution) -> Timestamp {
        let unit = resolution.nanoseconds
        if unit < 1_000_000_000 {
            return Timestamp(seconds: seconds, nanoseconds: nanoseconds - nanoseconds % Int32(unit))
        }
        let step = unit / 1_000_000_000
        let remainder = ((seconds % step) + step) % step
        return Timestamp(seconds: seconds - remainder)
    }
}

extension Timestamp: Comparable {
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}

/// The step in which a source reports times.
public struct TimeResolution: Hashable, Sendable, Comparable {
    public let nanoseconds: Int64

    public init(nanoseconds: Int64) {
        precondition(nanoseconds > 0)
        self.nanoseconds = nanoseconds
    }

    public static let nanosecond = TimeResolution(nanoseconds: 1)
    public static let second = TimeResolution(nanoseconds: 1_000_000_000)
    public static let minute = TimeResolution(nanoseconds: 60_000_000_000)
    public static let day = TimeResolution(nanoseconds: 86_400_000_000_000)

    public var duration: Duration { .nanoseconds(nanoseconds) }

    public static func < (left: TimeResolution, right: TimeResolution) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}

/// Where a modification time was read.
public enum TimeSource: String, Hashable, Sendable, Codable {
    case local, sftp, mlsd, mdtm, list
}

/// A modification time with what is known of its precision.
public struct ModificationTime: Hashable, Sendable {
    public let time: Timestamp
    public let resolution: TimeResolution
    public let source: TimeSource

    public init(_ time: Timestamp, resolution: TimeResolution, source: TimeSource) {
        self.time = time
        self.resolution = resolution
        self.source = source
    }
}
