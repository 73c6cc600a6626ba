import FileModel

/// How long calls took: counts in buckets whose width grows with the time, so that any quantile is known to an eighth
/// in bounded memory.
///
/// A pure value. Times up to 15 ns are exact; each power of two above is cut into eight; what took longer than 18
/// minutes counts as that long.
public struct LatencyHistogram: Sendable, Hashable {
    private static let exact = 16
    private static let parts = 8
    private static let lastExponent = 39

    private var counts = [UInt64](repeating: 0, count: Self.exact + (Self.lastExponent - 3) * Self.parts)
    public private(set) var count: UInt64 = 0
    /// The longest of all.
    public private(set) var maximum: Duration = .zero

    public init() {}

    public mutating func record(_ duration: Duration) {
        counts[Self.bucket(of: UInt64(clamping: duration.wholeNanoseconds))] += 1
        count += 1
        maximum = max(maximum, duration)
    }

    /// The time that the given share of calls did not exceed; nil without any.
    ///
    /// - Parameter share: 0 … 1; 0.5 is the median.
    public func quantile(_ share: Double) -> Duration? {
        guard count > 0 else { return nil }
        let rank = max(1, UInt64((share * Double(count)).rounded(.up)))
        var seen: UInt64 = 0
        for (bucket, number) in counts.enumerated() {
            seen += number
            if seen >= rank { return min(maximum, .nanoseconds(Self.upperBound(of: bucket))) }
        }
        return maximum
    }

    public mutating func add(_ other: LatencyHistogram) {
        for bucket in counts.indices { counts[bucket] += other.counts[bucket] }
        count += other.count
        maximum = max(maximum, other.maximum)
    }

    static func bucket(of nanoseconds: UInt64) -> Int {
        let value = min(nanoseconds, 1 << UInt64(lastExponent + 1) - 1)
        if value < UInt64(exact) { return Int(value) }
        let exponent = 63 - value.leadingZeroBitCount
        let part = Int(value >> UInt64(exponent - 3)) & (parts - 1)
        return exact + (exponent - 4) * parts + part
    }

    /// The largest value that falls into a bucket.
    static func upperBound(of bucket: Int) -> Int64 {
        if bucket < exact { return Int64(bucket) }
        let exponent = (bucket - exact) / parts + 4
        let part = (bucket - exact) % parts
        return (Int64(parts + part + 1) << Int64(exponent - 3)) - 1
    }
}
