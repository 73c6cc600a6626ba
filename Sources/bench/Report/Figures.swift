/// Numbers as tables show them.
enum Figures {
    /// Three significant digits, at most three after the point.
    static func seconds(_ value: Double) -> String { fixed(value, value < 1 ? 3 : value < 10 ? 2 : 1) }

    static func ratio(_ value: Double) -> String { fixed(value, value < 10 ? 2 : 0) }

    static func mebibytes(_ bytes: Int) -> String { fixed(Double(bytes) / 1_048_576, 0) }

    /// Wall time, and CPU time in brackets.
    static func cell(_ measurement: Measurement) -> String {
        "\(seconds(measurement.wall)) s (\(fixed(measurement.cpu, 2)))"
    }

    /// A cell, and what the whole machine worked.
    static func trial(_ measurement: Measurement) -> String {
        "\(cell(measurement)), machine \(fixed(measurement.machine, 2)) s"
    }

    static func fixed(_ value: Double, _ digits: Int) -> String {
        var scale = 1
        for _ in 0..<digits { scale *= 10 }
        guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
        let scaled = Int((abs(value) * Double(scale)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(scaled)" }
        let fraction = String(scaled % scale)
        return "\(sign)\(scaled / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}
