import ArgumentParser
import Definitions
import FileModel
import Remotes
import Service

struct TestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Try a server step by step, from its name to an upload, and say what to do where it fails.",
        discussion: """
            Nothing is left behind on the server. The exit code is 0 when everything works, 3 when a step failed, and 2 \
            when the definition cannot be used.
            """)

    @OptionGroup var directories: DirectoryOptions
    @OptionGroup var remote: RemoteOptions

    @Flag(help: "One JSON object per step, the summary last.")
    var json = false

    @Flag(help: "Neither upload nor delete: for accounts that may only read.")
    var readOnly = false

    @Argument(help: ArgumentHelp("A definition or a URL.", valueName: "name|url"))
    var target: String

    func run() async throws {
        let target = try RemoteTarget.find(target, directories, remote)
        let family = target.remote.family
        let history = await TestHistory.begin(self.target, target, directories.directories())
        do {
            let report = try await test(target, family)
            await history?.end(report.status, report.failure?.error)
            tell(report, target)
            if let error = report.failure?.error { throw ExitCode(error.code == .cancelled ? 130 : 3) }
        } catch let error as StorageError where json {
            // What keeps the test from beginning, such as a password file that others can read.
            tellEnd(target, StatusCode(error, family: family), TestStepResult(failedToBegin: error), nil)
            await history?.end(StatusCode(error, family: family), error)
            throw ExitCode(ProgramExit.code(of: error))
        } catch let error as StorageError {
            await history?.end(StatusCode(error, family: family), error)
            throw error
        }
    }

    private func test(_ target: RemoteTarget, _ family: ProtocolFamily) async throws -> ConnectionTest.Report {
        let folders = directories.directories()
        try folders.prepare()
        let watch = ConnectionWatch()
        let assembly = RemoteAssembly(folders, triesRefusedLogins: true, observer: watch.observer)
        let files = try await assembly.open(target.remote, folder: target.folder)
        let id = String(UInt64.random(in: .min ... .max), radix: 36)
        let test = try ConnectionTest(remote: files, family: family, watch: watch, readOnly: readOnly, id: id)
        let json = json
        let task = Task { await test.run { Self.tell($0, json: json) } }
        let signals = SignalWatch.stop { task.cancel() }
        let report = await task.value
        await files.shutdown()
        withExtendedLifetime(signals) {}
        return report
    }

    // MARK: Output

    private static func tell(_ result: TestStepResult, json: Bool) {
        let milliseconds = Int((result.duration.inSeconds * 1000).rounded())
        if json {
            let line = JSONLine("step").adding("step", .string(result.step.rawValue))
                .adding("ok", .boolean(result.error == nil)).adding("milliseconds", .init(milliseconds))
                .adding("facts", .list(result.facts.map { .string($0) })).adding("server_reply", .init(result.reply))
                .adding("code", .init(result.error?.code.rawValue)).adding("message", .init(result.error?.message))
                .adding("remedy", .init(result.remedy))
            return Terminal.output.writeLine(line.text)
        }
        let output = Terminal.output
        let mark = result.error == nil ? output.styled("ok    ", .green) : output.styled("failed", .red)
        let time = "\(milliseconds) ms"
        let padding = String(repeating: " ", count: max(0, 8 - time.count))
        let words = (result.facts + (result.reply.map { [$0] } ?? [])).joined(separator: ", ")
        let name = Terminal.padded(result.step.rawValue, to: 9)
        output.writeLine("\(name) \(mark) \(padding)\(time)\(words.isEmpty ? "" : "  " + words)")
    }

    private func tell(_ report: ConnectionTest.Report, _ target: RemoteTarget) {
        if json { return tellEnd(target, report.status, report.failure, report.leftBehind) }
        if let failure = report.failure, let error = failure.error {
            Terminal.errors.writeLine(
                "\(target.title): \(report.status.rawValue) at step '\(failure.step.rawValue)': \(error)")
            if let remedy = failure.remedy { Terminal.errors.writeLine("What to do: \(remedy)") }
        } else {
            Terminal.output.writeLine("\(target.title): everything works\(readOnly ? "; nothing was written" : "")")
        }
        if let file = report.leftBehind {
            Terminal.errors.writeLine(
                "\(target.title): the test file \(target.folder.appending(file)) may still be there: remove it by hand")
        }
    }

    private func tellEnd(
        _ target: RemoteTarget, _ status: StatusCode, _ failure: TestStepResult?, _ leftBehind: RemotePath?
    ) {
        let error = failure?.error
        let line = JSONLine("summary").adding("status", .string(status == .ok ? "success" : "failure"))
            .adding("status_code", .string(status.rawValue)).adding("host", .string(target.remote.host))
            .adding("port", .init(target.remote.port)).adding("user", .init(target.remote.user))
            .adding("folder", .string(target.folder.description)).adding("step", .init(failure?.step.rawValue))
            .adding("code", .init(error?.code.rawValue)).adding("message", .init(error?.message))
            .adding("server_reply", .init(failure?.reply)).adding("remedy", .init(failure?.remedy))
            .adding("left_behind", .init(leftBehind.map { target.folder.appending($0).description }))
        Terminal.output.writeLine(line.text)
    }
}

extension TestStepResult {
    /// Nothing was connected: the definition itself is at fault.
    fileprivate init(failedToBegin error: StorageError) {
        self.init(step: .connect, duration: .zero, error: error)
    }
}
