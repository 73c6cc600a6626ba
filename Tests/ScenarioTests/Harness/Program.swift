import Glibc
import TestServers

/// The `syncctl` program that was built together with these tests.
enum Program {
    /// Beside the test bundle.
    static let path: String = {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let bundle = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return bundle.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            + "/syncctl"
    }()
}

/// One user of the program: state, home and temporary files of their own, removed afterwards.
final class Workplace: Sendable {
    let folder: TemporaryFolder
    let environment: [String: String?]

    init() throws {
        folder = try TemporaryFolder()
        environment = [
            "HOME": folder.path, "XDG_CONFIG_HOME": folder("config"), "XDG_STATE_HOME": nil, "XDG_CACHE_HOME": nil,
            "XDG_RUNTIME_DIR": nil, "SSH_AUTH_SOCK": nil, "SYNCCTL_CONFIG": nil, "NO_COLOR": "1",
            "LC_ALL": "C.UTF-8",
        ]
    }

    func path(_ name: String) -> DiskPath { DiskPath(folder(name)) }

    /// Writes a definition below the folder `definitions`, which `--config` is to name.
    func define(_ file: String, _ text: String) throws {
        let folder = path("definitions")
        try folder.makeDirectoryIfMissing()
        for part in file.split(separator: "/").dropLast() { try (folder / String(part)).makeDirectoryIfMissing() }
        try (folder / file).write(Array((text + "\n").utf8))
    }

    /// The password stands in a variable, as it is given to ad-hoc URLs.
    func variables(_ password: String?) -> [String: String?] {
        environment.merging(["SYNCCTL_PASSWORD": password]) { $1 }
    }

    /// Runs `syncctl ARGUMENTS --state …` to its end.
    func syncctl(
        _ arguments: [String], password: String? = nil, within limit: Duration = .seconds(120)
    ) async throws -> CommandResult {
        try await run(
            [Program.path] + arguments + ["--state", folder("state")], environment: variables(password), within: limit)
    }

    /// Starts `syncctl ARGUMENTS --state …`.
    func start(_ arguments: [String], password: String? = nil, cleanUp: String = "") throws -> ChildProcess {
        try ChildProcess(
            [Program.path] + arguments + ["--state", folder("state")], environment: variables(password),
            cleanUp: cleanUp)
    }
}
