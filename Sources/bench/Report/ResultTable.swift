/// The rows of one line as a Markdown table that reads as plain text too.
struct ResultTable {
    let line: Line
    /// Of the workloads: mount or sync.
    let room: String
    let rows: [RowResult]

    func render() -> String {
        var lines = ["## \(room): \(line.title)", "", "Each figure: seconds (CPU seconds), medians.", ""]
        lines += aligned([header] + rows.map(cells))
        lines += notes.isEmpty ? [] : [""] + notes
        return lines.joined(separator: "\n") + "\n"
    }

    /// Others than ours, in the order of their first appearance.
    private var others: [String] {
        var names: [String] = []
        for entry in rows.flatMap(\.entries) where entry.contestant.role != .ours {
            if !names.contains(entry.contestant.name) { names.append(entry.contestant.name) }
        }
        return names
    }

    private var header: [String] { ["workload", "ours"] + others + ["ratio", "target", "reached", "our peak MiB"] }

    private func cells(_ row: RowResult) -> [String] {
        let peers = others.map { name in cell(row.entries.first { $0.contestant.name == name }) }
        return [row.title, cell(row.ours)] + peers + [
            row.ratio.map(Figures.ratio) ?? "–", row.target.text,
            row.isReached.map { $0 ? "yes" : "no" } ?? "–",
            row.ours?.median.map { Figures.mebibytes($0.peakMemory) } ?? "–",
        ]
    }

    private func cell(_ entry: Entry?) -> String {
        guard let entry else { return "–" }
        if entry.isOverLimit { return "TOO SLOW" }
        return entry.median.map(Figures.cell) ?? "FAILED"
    }

    /// One line for each reason, with the rows that it holds for.
    private var notes: [String] {
        var titles: [String: [String]] = [:]
        for row in rows {
            for entry in row.entries {
                guard let failure = entry.failure else { continue }
                titles["- \(entry.contestant.name): \(failure)", default: []].append(row.title)
            }
        }
        return titles.map { "\($0) [\($1.joined(separator: "; "))]" }.sorted()
    }

    private func aligned(_ cells: [[String]]) -> [String] {
        let widths = cells[0].indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        var lines = cells.map { row in
            "| " + zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: " | ")
                + " |"
        }
        lines.insert("|" + widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "|") + "|", at: 1)
        return lines
    }
}
