public import FileModel

/// A bandwidth limit per direction, in bytes per second; nil is unlimited.
public struct RateLimit: Hashable, Sendable {
    public var down: ByteCount?
    public var up: ByteCount?

    public init(down: ByteCount? = nil, up: ByteCount? = nil) {
        self.down = down
        self.up = up
    }
}

/// A bound on a count: so many, such a part of the whole, or none.
public enum CountLimit: Hashable, Sendable {
    case count(Int)
    case percent(Double)
    case off

    /// Reads `100`, `25%`, `off`.
    public init?(_ text: String) {
        if text == "off" {
            self = .off
        } else if let number = Int(text), number >= 0 {
            self = .count(number)
        } else if text.last == "%", let percent = Double(text.dropLast()), (0...100).contains(percent) {
            self = .percent(percent)
        } else {
            return nil
        }
    }
}

/// Whose files those of a mount appear to be.
public enum Ownership: Hashable, Sendable {
    /// The user who mounts.
    case owner
    case id(UInt32)
}

extension ValueFormat where Value == ByteCount {
    static let bytes = ValueFormat(
        "a size such as \"500k\", \"8MiB\" or \"2GiB\"", shape: .integerOrString
    ) { node throws(ValueProblem) in
        switch node.value {
        case .integer(let number) where number >= 0: return ByteCount(Int64(number))
        case .string(let text):
            guard !text.isEmpty, let count = ByteCount(text) else { throw .mismatch }
            return count
        default: throw .mismatch
        }
    }
}

extension ValueFormat where Value == ByteCount? {
    /// A rate in bytes per second; 0 is unlimited.
    static let rate = ValueFormat(
        "a rate in bytes per second such as \"500k\" or \"2MiB\"", shape: .integerOrString
    ) { node throws(ValueProblem) in
        let count = try ValueFormat<ByteCount>.bytes.decode(node)
        return count.bytes == 0 ? nil : count
    }
}

extension ValueFormat where Value == CountLimit {
    static let countLimit = ValueFormat(
        "a number, a percentage such as \"25%\", or \"off\"", shape: .integerOrString
    ) { node throws(ValueProblem) in
        switch node.value {
        case .integer(let number) where number >= 0: return .count(number)
        case .string(let text):
            guard let limit = CountLimit(text) else { throw .mismatch }
            return limit
        default: throw .mismatch
        }
    }
}

extension ValueFormat where Value == UInt16 {
    /// An octal file mode mask. A TOML number would be read as decimal, so it must be a string.
    static let umask = ValueFormat("an octal mask in quotes such as \"022\"", shape: .string) {
        node throws(ValueProblem) in
        if case .integer(let number) = node.value { throw ValueProblem(suggestion: "\"0\(number)\"") }
        guard case .string(let text) = node.value, let mask = UInt16(text, radix: 8), mask <= 0o777 else {
            throw .mismatch
        }
        return mask
    }
}

extension ValueFormat where Value == Int? {
    /// `"auto"` or a number.
    static func automatic(_ range: ClosedRange<Int>) -> ValueFormat {
        ValueFormat(
            "\"auto\" or a number from \(range.lowerBound) to \(range.upperBound)", shape: .integerOrString
        ) { node throws(ValueProblem) in
            switch node.value {
            case .string("auto"): return nil
            case .integer(let number) where range.contains(number): return number
            default: throw .mismatch
            }
        }
    }
}

extension ValueFormat where Value == ClosedRange<Int> {
    static let portRange = ValueFormat.parsed("a port range such as \"50000-50100\"") { text throws(ValueProblem) in
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = parts.first.flatMap({ Int($0) }),
            let last = parts.last.flatMap({ Int($0) }),
            first >= 1, last <= 65535, first <= last
        else { return nil }
        return first...last
    }
}
