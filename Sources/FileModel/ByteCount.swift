/// A number of bytes with the units people write: `8MiB`, `2GiB`, `500k`, `0`.
public struct ByteCount: Hashable, Sendable, Comparable {
    public let bytes: Int64

    public init(_ bytes: Int64) { self.bytes = bytes }

    /// Reads digits and an optional unit: k, M, G, T (powers of 1000), Ki, Mi, Gi, Ti (of 1024), with or without B.
    ///
    /// - Returns: nil for anything else, or a count that does not fit.
    public init?(_ text: String) {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        guard let value = Double(digits), value >= 0 else { return nil }
        var unit = text.dropFirst(digits.count).drop { $0 == " " }
        if unit.last == "B" || unit.last == "b" { unit = unit.dropLast() }
        guard let factor = Self.factors[unit.lowercased()] else { return nil }
        let product = value * factor
        guard product < 9.2e18 else { return nil }
        bytes = Int64(product)
    }

    private static let factors: [String: Double] = [
        "": 1, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12,
        "ki": 1_024, "mi": 1_048_576, "gi": 1_073_741_824, "ti": 1_099_511_627_776,
    ]

    public static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }
}

extension ByteCount: CustomStringConvertible {
    /// The shortest binary unit with one decimal: `1.5 MiB`.
    public var description: String {
        var value = Double(bytes)
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if value < 1024 { return unit == "B" ? "\(bytes) B" : "\(Self.oneDecimal(value)) \(unit)" }
            value /= 1024
        }
        return "\(Self.oneDecimal(value)) TiB"
    }

    private static func oneDecimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
