import FileModel
import Service
import SyncCore
import SyncEngine

extension SyncReportStyle {
    /// The last lines of a run.
    func summary(_ report: SyncReport, name: String) -> [Line] {
        if isJSON { return [Line(text: Self.json(report, name).text, terminal: .output)] }
        var lines = report.conflicts.prefix(isVerbose ? .max : 10).map { conflict in
            let kept = conflict.target.map { "; the other content is kept as \(printable($0.bytes))" } ?? ""
            return Line(text: "conflict: \(printable(conflict.path.bytes))\(kept)", terminal: .output)
        }
        if let error = report.error, report.outcome != .partialFailure || report.problems.isEmpty {
            let mark = Terminal.errors.styled("error", .red)
            lines.append(Line(text: "\(mark): \(error)", terminal: .errors))
        }
        return lines + [Line(text: Self.text(report, name, isDryRun: isDryRun), terminal: .output)]
    }

    private static func text(_ report: SyncReport, _ name: String, isDryRun: Bool) -> String {
        let counters = report.counters
        let changes = [
            ("uploaded", counters.copied.remote), ("downloaded", counters.copied.local),
            ("folders made", counters.directoriesCreated.local + counters.directoriesCreated.remote),
            ("deleted", counters.deleted.local + counters.deleted.remote),
            ("renamed", counters.renamed.local + counters.renamed.remote),
            ("removed at the source", counters.sourcesDeleted), ("conflicts", counters.conflicts),
            ("skipped", counters.skipped), ("failed", counters.failed), ("not begun", counters.notAttempted),
        ].filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
        let did = changes.isEmpty ? nothing(report.outcome) : changes.joined(separator: ", ")
        let bytes = counters.bytes.local + counters.bytes.remote
        let size = bytes > 0 ? ", \(ByteCount(bytes))" : ""
        let state = isDryRun && !changes.isEmpty ? "would be " : ""
        return "\(name): \(words(report.outcome)) in \(report.duration.rounded.inUnits): \(state)\(did)\(size)"
    }

    /// Whoever was stopped does not know whether there was something to do.
    private static func nothing(_ outcome: SyncOutcome) -> String {
        outcome == .success ? "nothing to do" : "nothing was changed"
    }

    private static func words(_ outcome: SyncOutcome) -> String {
        switch outcome {
        case .success: Terminal.output.styled("done", .green)
        case .conflicts: Terminal.output.styled("done with conflicts", .yellow)
        case .partialFailure: Terminal.output.styled("partly failed", .red)
        case .failure: Terminal.output.styled("failed", .red)
        case .guarded: Terminal.output.styled("stopped by a guard", .red)
        case .skipped: Terminal.output.styled("skipped", .yellow)
        case .interrupted: Terminal.output.styled("interrupted", .yellow)
        }
    }

    private static func json(_ report: SyncReport, _ name: String) -> JSONLine {
        let counters = report.counters
        return JSONLine("summary").adding("name", .string(name)).adding("status", .string(report.outcome.status))
            .adding("status_code", .string(report.statusCode.rawValue))
            .adding("exit_code", .init(report.exitCode)).adding("dry_run", .boolean(report.isDryRun))
            .adding("started", .string(UTCText.of(report.started)))
            .adding("seconds", .number(report.duration.inSeconds))
            .adding("uploaded", .init(counters.copied.remote)).adding("downloaded", .init(counters.copied.local))
            .adding("bytes_up", .init(counters.bytes.remote)).adding("bytes_down", .init(counters.bytes.local))
            .adding("folders", .init(counters.directoriesCreated.local + counters.directoriesCreated.remote))
            .adding("deleted", .init(counters.deleted.local + counters.deleted.remote))
            .adding("renamed", .init(counters.renamed.local + counters.renamed.remote))
            .adding("conflicts", .init(counters.conflicts)).adding("skipped", .init(counters.skipped))
            .adding("failed", .init(counters.failed)).adding("not_attempted", .init(counters.notAttempted))
            .adding("code", .init(report.error?.code.rawValue)).adding("message", .init(report.error?.message))
            .adding("server_reply", .init(report.error?.serverReply))
    }
}

extension Duration {
    /// To whole seconds from ten on, to tenths below.
    fileprivate var rounded: Duration {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        let step: Int64 = milliseconds >= 10_000 ? 1000 : milliseconds >= 1000 ? 100 : 10
        return .milliseconds(max(1, (milliseconds + step / 2) / step * step))
    }
}
