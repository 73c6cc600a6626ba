import ArgumentParser
import Glibc

/// The measurement: every chosen row on every chosen line.
struct Compare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the workloads and prints a table for each protocol and round trip.")

    @Option(parsing: .upToNextOption, help: "Rows by name, or all of 'mount' or 'sync'; see --list.")
    var workload: [String] = []
    @Option(help: "Protocols: sftp,ftp,ftps.")
    var `protocol` = CommaList(WireProtocol.allCases)
    @Option(help: "Round trips in milliseconds.")
    var rtt = CommaList([0, 50])
    @Option(help: "Trials of each contestant in each row.")
    var runs = 3
    @Option(help: "Seconds that one command may take.")
    var limit = 300
    @Flag(help: "Small data, one trial: shows that all works; the times mean nothing.")
    var quick = false
    @Option(parsing: .upToNextOption, help: "Only these contestants, such as 'syncctl sshfs'.")
    var only: [String] = []
    @Option(help: "The program to measure; the one built beside this by default.")
    var syncctl: String?
    @Option(help: "Where to write all results as JSON.")
    var json: String?
    @Flag(help: "Prints the names of all rows.")
    var list = false

    func validate() throws {
        guard Workloads.chosen(by: workload) != nil else { throw ValidationError("No such workload; see --list.") }
        guard runs > 0, limit > 0 else { throw ValidationError("--runs and --limit must be positive.") }
        guard rtt.values.allSatisfy({ (0...10_000).contains($0) }) else {
            throw ValidationError("A round trip is 0 to 10000 ms.")
        }
    }

    func run() async throws {
        if list { return Workloads.all.forEach { print($0.name, "–", $0.title) } }
        Interruption.prepare()
        let work = try WorkFolder(takesAll: true)
        let machine = await Machine.look(workFolder: work.path)
        output(machine.text)
        var report = JSONReport(machine: machine, isQuick: quick, rounds: rounds)
        for line in lines { try await measure(line, work, &report) }
    }

    private var rounds: Int { quick ? 1 : runs }

    private var lines: [Line] {
        rtt.values.flatMap { rtt in self.protocol.values.map { Line(wire: $0, roundTrip: rtt) } }
    }

    private func measure(_ line: Line, _ work: WorkFolder, _ report: inout JSONReport) async throws {
        let progress = Progress()
        progress.say(line.title)
        let contest = Contest(rounds: rounds, names: Set(only), progress: progress)
        let site = try await Site.open(line, folder: try work.fresh("login"))
        let stage = Stage(
            site: site, scale: .of(line, isQuick: quick), programs: Programs(syncctl: syncctl), work: work,
            limit: .seconds(limit), local: Dataset(root: work("data"), owner: getuid()))
        var rows: [RowResult] = []
        for workload in Workloads.chosen(by: workload) ?? [] {
            guard let row = await contest.row(workload, on: stage) else { continue }
            rows.append(row)
            report.add(row)
            if let json { try report.write(to: json) }
        }
        try await site.close()
        for room in Workloads.rooms {
            let rows = rows.filter { $0.room == room }
            if !rows.isEmpty { output(ResultTable(line: line, room: room, rows: rows).render()) }
        }
    }

    /// Prints at once, also into a pipe.
    private func output(_ text: String) {
        print(text)
        fflush(nil)
    }
}
