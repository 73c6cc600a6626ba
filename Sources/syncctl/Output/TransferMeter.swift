import FileModel

/// What a run has done so far, and how fast; a pure value that is told the time.
struct TransferMeter {
    private(set) var bytes: Int64 = 0
    private(set) var files = 0
    var totalBytes: Int64 = 0
    var totalFiles = 0
    private var samples: [(at: ContinuousClock.Instant, bytes: Int64)] = []

    /// The rate is that of the last seconds.
    private static let window = Duration.seconds(5)

    mutating func add(bytes count: Int64, at now: ContinuousClock.Instant) {
        bytes += count
        samples.append((now, bytes))
        while samples.count > 2, let first = samples.first, now - first.at > Self.window { samples.removeFirst() }
    }

    mutating func addFile() { files += 1 }

    /// Bytes per second; nil before there is anything to measure.
    func rate(at now: ContinuousClock.Instant) -> Double? {
        guard let first = samples.first, let last = samples.last else { return nil }
        let seconds = (now - first.at).inSeconds
        guard seconds > 0.2 else { return nil }
        return Double(last.bytes - first.bytes) / seconds
    }

    /// The time that the rest takes at the present rate.
    func remaining(at now: ContinuousClock.Instant) -> Duration? {
        guard let rate = rate(at: now), rate > 1, totalBytes > bytes else { return nil }
        return .seconds((Double(totalBytes - bytes) / rate).rounded(.up))
    }

    /// `12/340 files  34.2 MiB of 1.2 GiB  12.3 MiB/s  1m30s left`
    func text(at now: ContinuousClock.Instant) -> String {
        var parts = ["\(files)/\(totalFiles) files", "\(ByteCount(bytes)) of \(ByteCount(max(bytes, totalBytes)))"]
        if let rate = rate(at: now) { parts.append("\(ByteCount(Int64(rate)))/s") }
        if let remaining = remaining(at: now) { parts.append("\(remaining.inUnits) left") }
        return parts.joined(separator: "  ")
    }
}

extension Duration {
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
