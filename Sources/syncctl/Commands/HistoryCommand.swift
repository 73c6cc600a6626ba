import ArgumentParser
import Definitions
import FileModel
import Glibc
import Service

struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "The last runs of push, pull and sync, newest first.")

    @OptionGroup var directories: DirectoryOptions

    @Flag(help: "One JSON object per run.")
    var json = false

    @Option(name: .shortAndLong, help: ArgumentHelp("How many runs.", valueName: "count"))
    var number = 20

    @Argument(help: ArgumentHelp("A definition; all without a name.", valueName: "name"))
    var name: String?

    func run() async throws {
        let path = directories.directories().historyFile
        guard access(path, F_OK) == 0 else {
            if !json { Terminal.output.writeLine("no runs yet") }
            return
        }
        let records = try await SQLiteRunHistory(path: path).recent(name, limit: number)
        for record in records { Terminal.output.writeLine(json ? Self.line(record).text : Self.text(record)) }
        if records.isEmpty, !json { Terminal.output.writeLine("no runs yet") }
    }

    private static func text(_ record: RunRecord) -> String {
        let duration = record.endedAt?.duration(since: record.startedAt)
        let counters = record.counters
        let counts = [
            ("up", counters.uploaded), ("down", counters.downloaded), ("deleted", counters.deleted),
            ("conflicts", counters.conflicts), ("failed", counters.failed),
        ].filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
        let columns = [
            UTCText.of(record.startedAt), Terminal.padded(record.name, to: 16),
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
