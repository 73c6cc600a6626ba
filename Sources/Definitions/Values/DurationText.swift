/// Durations as definitions write them: `10s`, `1m30s`, `2h`, `500ms`, `0`.
enum DurationText {
    /// Units in falling order; each may occur once.
    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
        ("ms", 1_000_000),
    ]

    /// - Returns: nil for a number without a unit (except 0), an unknown unit, or more than 100 years.
    static func parse(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        var rest = text[...]
        var total: Double = 0
        var next = 0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let number = Double(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { $0.isASCII && $0.isLetter }
            guard let index = units[next...].firstIndex(where: { $0.name == name }) else { return nil }
            rest = rest.dropFirst(name.count)
            total += number * Double(units[index].nanoseconds)
            next = index + 1
        }
        guard !text.isEmpty, total <= 100 * 365 * 86_400e9 else { return nil }
        return .nanoseconds(Int64(total))
    }
}

extension ValueFormat where Value == Duration {
    static func duration(_ range: ClosedRange<Duration> = .zero ... .seconds(100 * 365 * 86_400)) -> ValueFormat {
        ValueFormat(summary(range), shape: .string) { node throws(ValueProblem) in
            if case .integer(let number) = node.value { throw ValueProblem(suggestion: "\"\(number)s\"") }
            guard case .string(let text) = node.value else { throw .mismatch }
            guard let duration = DurationText.parse(text) else {
                throw ValueProblem(suggestion: Int(text).map { "\"\($0)s\"" })
            }
            guard range.contains(duration) else { throw .mismatch }
            return duration
        }
    }

    private static func summary(_ range: ClosedRange<Duration>) -> String {
        let base = "a duration such as \"10s\", \"5m\" or \"2h\""
        return range.lowerBound > .zero ? base + ", not below \(range.lowerBound.inUnits)" : base
    }
}

extension Duration {
    /// As a definition writes it, in the largest units: `1m30s`.
    public var inUnits: String {
        var seconds = components.seconds
        let attoseconds = components.attoseconds
        var text = ""
        for (name, length) in [("d", Int64(86_400)), ("h", 3_600), ("m", 60), ("s", 1)] where seconds >= length {
            text += "\(seconds / length)\(name)"
            seconds %= length
        }
        if attoseconds >= 1_000_000_000_000_000 { text += "\(attoseconds / 1_000_000_000_000_000)ms" }
        return text.isEmpty ? "0s" : text
    }
}
