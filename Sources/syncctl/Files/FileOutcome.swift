import ArgumentParser
import Definitions
import FileModel
import Service

/// How a file command ended, told in its style.
struct FileOutcome: Sendable {
    var done = 0
    var bytes: Int64 = 0
    var failed = 0
    var skipped = 0
    /// The first failure of a path.
    var error: StorageError?

    /// Runs a command and tells its end; with `--json` errors are part of the summary.
    ///
    /// - Throws: the exit code, or an error that the program prints.
    static func telling(
        _ target: RemoteTarget, _ flags: FileFlags, _ body: () async throws -> FileOutcome
    ) async throws {
        do {
            let outcome = try await body()
            let code: Int32 = outcome.failed > 0 ? 1 : 0
            if flags.json { Terminal.output.writeLine(outcome.summary(target, code).text) }
            if outcome.skipped > 0, !flags.json {
                let count = outcome.skipped
                Terminal.errors.writeLine("\(count) link\(count == 1 ? "" : "s") or special files left out")
            }
            if code != 0 { throw ExitCode(code) }
        } catch let error as StorageError where flags.json {
            let code = ProgramExit.code(of: error)
            Terminal.output.writeLine(FileOutcome(error: error).summary(target, code).text)
            throw ExitCode(code)
        }
    }

    private func summary(_ target: RemoteTarget, _ code: Int32) -> JSONLine {
        let status = code == 0 ? "success" : done > 0 ? "partial_failure" : "failure"
        let statusCode = error.map { StatusCode($0, family: target.remote.family) } ?? .ok
        return JSONLine("summary").adding("status", .string(status))
            .adding("status_code", .string(statusCode.rawValue)).adding("exit_code", .init(code))
            .adding("host", .string(target.remote.host)).adding("folder", .string(target.folder.description))
            .adding("done", .init(done)).adding("bytes", .init(bytes)).adding("failed", .init(failed))
            .adding("skipped", .init(skipped)).adding("code", .init(error?.code.rawValue))
            .adding("message", .init(error?.message)).adding("server_reply", .init(error?.serverReply))
    }
}

/// One line for each path that a command changed or could not change.
struct PathReport: Sendable {
    let action: String
    let isJSON: Bool
    let isVerbose: Bool

    init(_ action: String, _ flags: FileFlags) {
        self.action = action
        isJSON = flags.json
        isVerbose = flags.verbosity.showsChanges
    }

    func changed(_ path: String, to target: String? = nil) {
        if isJSON {
            var line = JSONLine("change").adding("action", .string(action)).adding("path", .string(path))
                .adding("side", .string("remote"))
            if let target { line.add("target", .string(target)) }
            Terminal.output.writeLine(line.text)
        } else if isVerbose {
            Terminal.output.writeLine("\(action)  \(path)\(target.map { " → \($0)" } ?? "")")
        }
    }

    func failed(_ path: String, _ error: StorageError) {
        if isJSON {
            let line = JSONLine("problem").adding("path", .string(path)).adding("code", .string(error.code.rawValue))
                .adding("message", .string(error.message)).adding("server_reply", .init(error.serverReply))
            Terminal.output.writeLine(line.text)
        } else {
            Terminal.errors.writeLine("\(Terminal.errors.styled("error", .red)): \(error)")
        }
    }
}
