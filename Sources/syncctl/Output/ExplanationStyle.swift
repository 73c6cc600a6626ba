import FileModel
import Service
import SyncCore
import SyncEngine

/// An explanation as lines, and as JSON.
struct ExplanationStyle {
    private let explanation: Explanation
    private var finding: PathFinding? { explanation.finding }

    init(_ explanation: Explanation) { self.explanation = explanation }

    // MARK: - Lines

    var lines: [String] {
        var lines = [printable(explanation.path.bytes)]
        if let finding {
            if finding.path != explanation.path {
                lines.append(
                    row("there is", "nothing of that name; the nearest folder is \(printable(finding.path.bytes))"))
            }
            for side in Side.allCases { lines.append(row(side.rawValue, describe(finding.observed[side]))) }
            lines += remembered(finding)
        } else {
            lines.append(row("there is", "nothing of that name on either side, and nothing is remembered of it"))
        }
        for (name, value) in verdict { lines.append(row(name, value)) }
        return lines
    }

    private func row(_ name: String, _ value: String) -> String { "  \(Terminal.padded(name, to: 12))\(value)" }

    private func remembered(_ finding: PathFinding) -> [String] {
        guard let record = finding.record else { return [row("remembered", "nothing")] }
        var lines = [row("remembered", "since \(UTCText.of(record.syncedAt))\(state(record.state))")]
        for side in Side.allCases {
            lines.append(row("", "\(side.rawValue): \(describe(record.entries[side]))"))
        }
        let changes = Side.allCases.map { "\($0.rawValue) \(words(finding.changes[$0]))" }
        return lines + [row("since then", changes.joined(separator: ", "))]
    }

    /// What becomes of it, and why.
    private var verdict: [(name: String, value: String)] {
        var result: [(name: String, value: String)] = []
        if let exclusion = finding?.exclusion {
            result.append(("left out", exclusion))
        } else {
            if let why = DecisionRow.sentence(decisionRow) { result.append(("row \(decisionRow)", why)) }
            result.append(("a run would", ActionWords.text(action, renamed: explanation.step?.renamed)))
            if let note = explanation.step?.note ?? finding?.note { result.append(("note", note)) }
        }
        if let obstacle = explanation.obstacle {
            result.append(("but", "a guard would stop the whole run: \(obstacle)"))
        }
        return result
    }

    private var action: Action { explanation.step?.action ?? finding?.decision.action ?? .nothing }
    private var decisionRow: Int { explanation.step?.row ?? finding?.decision.row ?? 11 }

    private func describe(_ entry: Entry?) -> String {
        guard let entry else { return "not there" }
        if entry.isDirectory { return "a folder" }
        let kind = entry.type == .symbolicLink ? "a link" : entry.type == .special ? "a special file" : "a file"
        let time = entry.modified.map {
            ", \(UTCText.of($0.time))\($0.resolution > .second ? " (to \($0.resolution.duration.inUnits))" : "")"
        }
        return "\(kind) of \(entry.size) bytes\(time ?? ", without a time")"
    }

    private func state(_ state: Record.State) -> String {
        switch state {
        case .clean: ""
        case .tombstone: ", removed on one side on purpose"
        case .deletePending(let attempts): ", its deletion was refused \(attempts) times"
        case .blocked: ", its last upload was refused"
        }
    }

    private func words(_ change: Change) -> String {
        switch change {
        case .unchanged: "unchanged"
        case .racy: "unchanged as far as size and time tell (written close to the last run)"
        case .modified: "changed"
        case .new: "new"
        case .deleted: "deleted"
        case .absent: "absent as before"
        case .unknown: "unknown"
        }
    }

    // MARK: - JSON

    var json: JSONLine {
        var line = JSONLine("explanation").adding("path", path: explanation.path.bytes)
        if let finding {
            line.add("found", .string(printable(finding.path.bytes)))
            for side in Side.allCases {
                line.add(side.rawValue, object(finding.observed[side]))
                line.add("remembered_\(side.rawValue)", object(finding.record?.entries[side]))
                line.add("change_\(side.rawValue)", .string("\(finding.changes[side])"))
            }
            line.add("left_out", .init(finding.exclusion))
        }
        return line.adding("row", .init(decisionRow)).adding("why", .init(DecisionRow.sentence(decisionRow)))
            .adding("action", .string(ActionWords.text(action, renamed: explanation.step?.renamed)))
            .adding("note", .init(explanation.step?.note ?? finding?.note)).adding("guard", .init(explanation.obstacle))
    }

    private func object(_ entry: Entry?) -> JSONLine.Value {
        guard let entry else { return .null }
        return .object([
            ("type", .string("\(entry.type)")), ("size", .integer(entry.size)),
            ("modified", .init(entry.modified.map { UTCText.of($0.time) })),
        ])
    }
}
