import FoundationEssentials

/// The same results for programs, with every trial.
struct JSONReport: Codable, Sendable {
    struct Row: Codable, Sendable {
        var result: RowResult
        var ratio: Double?
        var isReached: Bool?
    }

    var machine: Machine
    var isQuick: Bool
    var rounds: Int
    var rows: [Row] = []

    mutating func add(_ result: RowResult) {
        rows.append(Row(result: result, ratio: result.ratio, isReached: result.isReached))
    }

    func write(to file: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try Disk.write(String(decoding: encoder.encode(self), as: UTF8.self) + "\n", to: file)
    }
}
