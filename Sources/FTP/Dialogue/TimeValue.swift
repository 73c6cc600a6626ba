import FileModel

/// The time format of MDTM, MFMT and the `modify` fact: `YYYYMMDDHHMMSS[.fraction]`, UTC (RFC 3659 §2.3).
enum TimeValue {
    /// - Returns: nil for anything else; the resolution follows from the digits of the fraction.
    static func parse(_ text: some Collection<UInt8>, source: TimeSource) -> ModificationTime? {
        let bytes = Array(text)
        guard bytes.count >= 14, let seconds = civil(bytes)?.secondsSinceEpoch, let fraction = fraction(bytes[14...])
        else { return nil }
        return ModificationTime(
            Timestamp(seconds: seconds, nanoseconds: fraction.nanoseconds),
            resolution: TimeResolution(nanoseconds: fraction.resolution), source: source)
    }

    private static func civil(_ bytes: [UInt8]) -> CivilTime? {
        guard let year = Digits.number(bytes[0..<4]), let month = Digits.number(bytes[4..<6]),
            let day = Digits.number(bytes[6..<8]), let hour = Digits.number(bytes[8..<10]),
            let minute = Digits.number(bytes[10..<12]), let second = Digits.number(bytes[12..<14])
        else { return nil }
        return CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    }

    private static func fraction(_ text: ArraySlice<UInt8>) -> (nanoseconds: Int32, resolution: Int64)? {
        if text.isEmpty { return (0, 1_000_000_000) }
        let digits = text.dropFirst().prefix(9)
        guard text.first == UInt8(ascii: "."), let number = Digits.number(digits) else { return nil }
        let unit = (0..<(9 - digits.count)).reduce(Int64(1)) { unit, _ in unit * 10 }
        return (Int32(Int64(number) * unit), unit)
    }

    /// Whole seconds: servers cut a fraction off, or refuse it.
    static func format(_ time: Timestamp) -> String {
        let civil = CivilTime(secondsSinceEpoch: time.seconds)
        let rest = [civil.month, civil.day, civil.hour, civil.minute, civil.second].map { $0 < 10 ? "0\($0)" : "\($0)" }
        let year = String(civil.year)
        return String(repeating: "0", count: max(0, 4 - year.count)) + year + rest.joined()
    }
}

/// Decimal digits in bytes.
enum Digits {
    /// - Returns: nil when empty, when a byte is no digit, or beyond 18 digits.
    static func number(_ text: some Collection<UInt8>) -> Int? {
        guard !text.isEmpty, text.count <= 18 else { return nil }
        var value = 0
        for byte in text {
            guard (48...57).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 48)
        }
        return value
    }
}
