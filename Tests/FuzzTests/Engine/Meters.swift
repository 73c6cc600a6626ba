import Glibc

/// Processor time of the calling thread: other tests on the same machine do not count.
struct ThreadTime {
    private let start = now()

    var elapsed: Duration { Self.now() - start }

    private static func now() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}

/// The most memory that the process had at a time since the meter was made (proc(5), VmHWM).
struct MemoryPeak {
    private let start: Int

    init() {
        // "5" sets the peak back to what is in use.
        if let file = fopen("/proc/self/clear_refs", "w") {
            fputs("5", file)
            fclose(file)
        }
        start = Self.highWaterMark()
    }

    /// Bytes.
    var growth: Int { Self.highWaterMark() - start }

    private static func highWaterMark() -> Int {
        guard let file = fopen("/proc/self/status", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, CInt(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix("VmHWM:") else { continue }
            return (Int(text.filter(\.isNumber)) ?? 0) * 1024
        }
        return 0
    }
}
