import ArgumentParser
import Definitions
import FileModel
import Glibc
import Service

struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "The last runs of push, pull, sync and test, newest first, or one of them file by file.",
        discussion: "Runs and their files are kept for 90 days.")

    @OptionGroup var directories: DirectoryOptions

    @Flag(help: "One JSON object per run.")
    var json = false

    @Option(name: .shortAndLong, help: ArgumentHelp("How many runs.", valueName: "count"))
    var number = 20

    @Option(help: ArgumentHelp("One run with what came of each of its files.", valueName: "id"))
    var run: Int64?

    @Argument(help: ArgumentHelp("A definition; all without a name.", valueName: "name"))
    var name: String?

    func run() async throws {
        let path = directories.directories().historyFile
        guard access(path, F_OK) == 0 else {
            if !json { Terminal.output.writeLine("no runs yet") }
            return
        }
        let history = try SQLiteRunHistory(path: path)
        if let run { return try await show(run, history) }
        let records = try await history.recent(name, limit: number)
        for record in records { Terminal.output.writeLine(json ? Self.line(record).text : Self.text(record)) }
        if records.isEmpty, !json { Terminal.output.writeLine("no runs yet") }
    }

    private func show(_ id: Int64, _ history: SQLiteRunHistory) async throws {
        guard let record = try await history.run(id) else {
            throw ValidationError("There is no run \(id) in the history; syncctl history shows which there are.")
        }
        Terminal.output.writeLine(json ? Self.line(record).text : Self.text(record))
        for file in try await history.files(of: id) {
            Terminal.output.writeLine(json ? Self.line(file).text : Self.text(file))
        }
    }

    private static func text(_ file: FileRecord) -> String {
        let columns = [
            UTCText.of(file.time), Terminal.padded(file.status.rawValue, to: 7), Terminal.padded(file.action, to: 16),
            Terminal.padded(file.side ?? "", to: 6), file.message ?? file.path.description,
        ]
        return columns.joined(separator: "  ")
    }

    private static func line(_ file: FileRecord) -> JSONLine {
        JSONLine("file").adding("path", path: file.path.bytes).adding("action", .string(file.action))
            .adding("side", .init(file.side)).adding("bytes", .init(file.bytes))
            .adding("status", .string(file.status.rawValue)).adding("time", .string(UTCText.of(file.time)))
            .adding("code", .init(file.code)).adding("message", .init(file.message))
    }

    private static func text(_ record: RunRecord) -> String {
        let duration = record.endedAt?.duration(since: record.startedAt)
        let counters = record.counters
        let counts = [
            ("up", counters.uploaded), ("down", counters.downloaded), ("deleted", counters.deleted),
            ("conflicts", counters.conflicts), ("failed", counters.failed),
        ].filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
        let columns = [
            Terminal.padded("\(record.id)", to: 5), UTCText.of(record.startedAt), Terminal.padded(record.name, to: 16),
            Terminal.padded(record.target.direction, to: 4), Terminal.padded(record.status.rawValue, to: 15),
            duration.map { Terminal.padded($0.inUnits, to: 8) } ?? "        ", counts, record.message ?? "",
        ]
        let line = columns.joined(separator: "  ")
        return String(line.reversed().drop { $0 == " " }.reversed())
    }

    private static func line(_ record: RunRecord) -> JSONLine {
        JSONLine("run").adding("id", .init(record.id)).adding("name", .string(record.name))
            .adding("started", .string(UTCText.of(record.startedAt)))
            .adding("ended", .init(record.endedAt.map(UTCText.of)))
            .adding("status", .string(record.status.rawValue))
            .adding("status_code", .init(record.statusCode?.rawValue))
            .adding("exit_code", record.exitCode.map { .init($0) } ?? .null)
            .adding("host", .string(record.target.host)).adding("user", .init(record.target.user))
            .adding("protocol", .string(record.target.scheme)).adding("port", .init(record.target.port))
            .adding("folder", .string(record.target.folder)).adding("local", .string(record.target.local))
            .adding("direction", .string(record.target.direction))
            .adding("uploaded", .init(record.counters.uploaded))
            .adding("downloaded", .init(record.counters.downloaded))
            .adding("deleted", .init(record.counters.deleted))
            .adding("conflicts", .init(record.counters.conflicts)).adding("failed", .init(record.counters.failed))
            .adding("bytes", .init(record.counters.bytes)).adding("message", .init(record.message))
    }
}
