/// What was measured of the way from a server's wall clock to UTC, at single moments.
///
/// Summer time makes two offsets of one zone, so a measured offset holds only between two measurements that agree and
/// are not so far apart that a whole season could lie between them.
struct ZoneCalibration: Hashable, Sendable {
    struct Sample: Hashable, Sendable {
        /// Seconds since 1970 on the server's wall.
        let wall: Int64
        /// Seconds by which the wall is ahead of UTC.
        let offset: Int
    }

    /// In the order of their times.
    private(set) var samples: [Sample] = []

    /// Shorter than any time between two changes of a clock: winters in the United States have 18 weeks, that of Chile
    /// had 13 in 2018, and Morocco sets its clocks back for the 5 weeks about Ramadan (Egypt did for 4).
    private static let season: Int64 = 28 * 86_400

    var isEmpty: Bool { samples.isEmpty }

    mutating func add(_ sample: Sample) {
        let place = samples.firstIndex { $0.wall >= sample.wall } ?? samples.count
        if place < samples.count, samples[place].wall == sample.wall { return }
        samples.insert(sample, at: place)
        dropInner(place - 1)
        dropInner(place + 1)
        dropInner(place)
    }

    /// A sample between two that agree with it and are near each other tells nothing new.
    private mutating func dropInner(_ index: Int) {
        guard index > 0, index < samples.count - 1 else { return }
        let (before, inner, after) = (samples[index - 1], samples[index], samples[index + 1])
        let agree = before.offset == inner.offset && inner.offset == after.offset
        if agree && after.wall - before.wall <= Self.season { samples.remove(at: index) }
    }

    /// - Returns: the offset at a time, where measurements before and after it prove it.
    func offset(at wall: Int64) -> Int? {
        let next = samples.firstIndex { $0.wall >= wall } ?? samples.count
        if next < samples.count, samples[next].wall == wall { return samples[next].offset }
        guard next > 0, next < samples.count else { return nil }
        let (before, after) = (samples[next - 1], samples[next])
        return before.offset == after.offset && after.wall - before.wall <= Self.season ? before.offset : nil
    }

    /// - Returns: the offset measured nearest to a time; in another season it may be wrong by an hour.
    func nearestOffset(to wall: Int64) -> Int? {
        samples.min { abs($0.wall - wall) < abs($1.wall - wall) }?.offset
    }

    /// The time that is best measured next so that all of `walls` are proven; nil when they are.
    func question(among walls: [Int64]) -> Int64? {
        let open = walls.filter { offset(at: $0) == nil }.sorted()
        guard let oldest = open.first, let newest = open.last else { return nil }
        guard let first = samples.first, let last = samples.last else { return newest }
        if newest > last.wall { return newest }
        if oldest < first.wall { return oldest }
        let gaps = Dictionary(grouping: open) { wall in samples.firstIndex { $0.wall >= wall } ?? samples.count }
        guard let (next, greatest) = gaps.max(by: { $0.value.count < $1.value.count }) else { return newest }
        return Self.question(between: samples[next - 1], and: samples[next], among: greatest)
    }

    /// Where both ends of a gap agree, the last time that one season proves; where they do not, its middle: changes of
    /// the clock are found one after the other.
    private static func question(between before: Sample, and after: Sample, among open: [Int64]) -> Int64 {
        guard before.offset == after.offset else { return open[open.count / 2] }
        return open.last { $0 - before.wall <= season } ?? open[0]
    }

    /// Zones are multiples of a quarter of an hour, at most 14 hours off (and -12 with the date line); the fit has to
    /// be better than `tolerance` seconds.
    static func zoneOffset(wall: Int64, moment: Int64, tolerance: Int64) -> Int? {
        let difference = wall - moment
        let offset = Int((Double(difference) / 900).rounded()) * 900
        guard abs(offset) <= 15 * 3600, abs(difference - Int64(offset)) <= tolerance else { return nil }
        return offset
    }

    /// The zone that was measured; nil when nothing was.
    var zone: ServerZone? {
        guard !isEmpty else { return nil }
        let calibration = self
        return ServerZone(
            moment: { $0 - Int64(calibration.nearestOffset(to: $0) ?? 0) },
            wall: { $0 + Int64(calibration.nearestOffset(to: $0) ?? 0) })
    }
}
