import FileModel
import Service
import SyncCore
import SyncEngine

/// How a run is told.
struct SyncReportStyle {
    struct Line {
        let text: String
        let terminal: Terminal
    }

    var isJSON = false
    var isVerbose = false
    var isDryRun = false
    var showsProgress = false

    /// What an event is worth; nil for nothing.
    func line(_ event: SyncEvent) -> Line? {
        if isJSON { return json(event).map { Line(text: $0.text, terminal: .output) } }
        switch event {
        case .change(let change):
            return isVerbose || isDryRun ? Line(text: Self.words(change), terminal: .output) : nil
        case .problem(let problem):
            if problem.isSkip, !isVerbose { return nil }
            let mark = problem.isSkip ? "skipped" : Terminal.errors.styled("error", .red)
            return Line(text: "\(mark): \(problem.error)", terminal: .errors)
        case .warning(let text):
            return Line(text: "\(Terminal.errors.styled("warning", .yellow)): \(text)", terminal: .errors)
        case .retrying(let path, let error):
            return isVerbose ? Line(text: "again: \(path): \(error)", terminal: .errors) : nil
        case .scanning, .planned, .transferred: return nil
        }
    }

    private static func words(_ change: SyncChange) -> String {
        let place = change.side.rawValue
        let target = change.target.map { " → \(printable($0.bytes))" } ?? ""
        let path = printable(change.path.bytes) + target
        switch change.kind {
        case .copy: return "\(change.side == .remote ? "upload" : "download")  \(path)  (\(ByteCount(change.bytes)))"
        case .createDirectory: return "mkdir \(place)  \(path)"
        case .delete: return "delete \(place)  \(path)"
        case .rename: return "rename \(place)  \(path)"
        case .conflict: return "conflict  \(path)"
        case .separate: return "conflict  \(path)"
        case .replace: return "replace \(place)  \(path)"
        case .deleteSource: return "delete source  \(path)"
        }
    }

    // MARK: - JSON

    private func json(_ event: SyncEvent) -> JSONLine? {
        switch event {
        case .scanning, .transferred: return nil
        case .planned(let totals):
            return JSONLine("planned").adding("uploads", .init(totals.copies.remote))
                .adding("downloads", .init(totals.copies.local)).adding("bytes", .init(totals.bytes))
                .adding("deletes", .init(totals.deletes.local + totals.deletes.remote))
                .adding("conflicts", .init(totals.conflicts))
        case .change(let change):
            let line = JSONLine("change").adding("action", .string(change.kind.rawValue))
                .adding("path", path: change.path.bytes).adding("side", .string(change.side.rawValue))
                .adding("bytes", .init(change.bytes)).adding("row", .init(change.row))
            return change.target.map { line.adding("target", path: $0.bytes) } ?? line
        case .retrying(let path, let error): return problem("retry", path, error)
        case .problem(let found): return problem(found.isSkip ? "skip" : "problem", found.path, found.error)
        case .warning(let text): return JSONLine("warning").adding("message", .string(text))
        }
    }

    private func problem(_ event: String, _ path: RemotePath, _ error: StorageError) -> JSONLine {
        JSONLine(event).adding("path", path: path.bytes).adding("code", .string(error.code.rawValue))
            .adding("message", .string(error.message)).adding("server_reply", .init(error.serverReply))
    }
}
