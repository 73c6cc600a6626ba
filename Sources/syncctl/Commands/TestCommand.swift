import ArgumentParser
import Definitions
import FileModel
import Remotes
import Service

struct TestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Try a server step by step: connect, log in, folder, listing, upload, download, delete.")

    @OptionGroup var directories: DirectoryOptions
    @OptionGroup var remote: RemoteOptions

    @Flag(help: "One JSON object per step, the summary last.")
    var json = false

    @Argument(help: ArgumentHelp("A definition or a URL.", valueName: "name|url"))
    var target: String

    func run() async throws {
        let target = try RemoteTarget.find(target, directories, remote)
        let family = target.remote.family
        do {
            let report = try await test(target, family)
            tellEnd(target, report.status, report.failure?.error)
            if report.status != .ok { throw ExitCode(3) }
        } catch let error as StorageError where json {
            // What keeps the test from beginning, such as a password file that others can read.
            tellEnd(target, StatusCode(error, family: family), error)
            throw ExitCode(ProgramExit.code(of: error))
        }
    }

    private func test(_ target: RemoteTarget, _ family: ProtocolFamily) async throws -> ConnectionTest.Report {
        let folders = directories.directories()
        try folders.prepare()
        let files = try await RemoteAssembly(folders, triesRefusedLogins: true).open(
            target.remote, folder: target.folder)
        let id = String(UInt64.random(in: .min ... .max), radix: 36)
        let json = json
        let task = Task {
            try await ConnectionTest(remote: files, family: family, id: id).run { Self.tell($0, json: json) }
        }
        let signals = SignalWatch.stop { task.cancel() }
        let result = await task.result
        await files.shutdown()
        withExtendedLifetime(signals) {}
        return try result.get()
    }

    private static func tell(_ result: ConnectionTest.StepResult, json: Bool) {
        let milliseconds = Int((result.duration.inSeconds * 1000).rounded())
        if json {
            let line = JSONLine("step").adding("step", .string(result.step.rawValue))
                .adding("ok", .boolean(result.error == nil)).adding("milliseconds", .init(milliseconds))
                .adding("code", .init(result.error?.code.rawValue)).adding("message", .init(result.error?.message))
                .adding("server_reply", .init(result.error?.serverReply))
            Terminal.output.writeLine(line.text)
            return
        }
        let output = Terminal.output
        let mark = result.error == nil ? output.styled("ok", .green) : output.styled("failed", .red)
        output.writeLine("\(Terminal.padded(result.step.rawValue, to: 9)) \(mark)  \(milliseconds) ms")
    }

    private func tellEnd(_ target: RemoteTarget, _ status: StatusCode, _ error: StorageError?) {
        if json {
            let line = JSONLine("summary").adding("status", .string(status == .ok ? "success" : "failure"))
                .adding("status_code", .string(status.rawValue)).adding("host", .string(target.remote.host))
                .adding("port", .init(target.remote.port)).adding("user", .init(target.remote.user))
                .adding("folder", .string(target.folder.description)).adding("code", .init(error?.code.rawValue))
                .adding("message", .init(error?.message)).adding("server_reply", .init(error?.serverReply))
            Terminal.output.writeLine(line.text)
        } else if let error {
            Terminal.errors.writeLine("\(target.title): \(status.rawValue): \(error)")
        } else {
            Terminal.output.writeLine("\(target.title): everything works")
        }
    }
}
