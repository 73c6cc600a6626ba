import ArgumentParser
import Definitions
import FileModel
import Service
import SyncEngine

/// One call of push, pull or sync.
struct SyncInvocation {
    /// nil: as the definition says.
    private let direction: SyncDirection?
    private let targets: [String]
    private let flags: SyncFlags
    private let planFile: PlanFileUse

    init(
        _ direction: SyncDirection?, _ targets: [String], _ flags: SyncFlags, planFile: PlanFileUse = .none
    ) {
        self.planFile = planFile
        self.direction = direction
        self.targets = targets
        self.flags = flags
    }

    /// - Throws: the exit code of the run; usage and definition errors.
    func run() async throws {
        var definition = try definition()
        try flags.apply(to: &definition)
        try flags.remote.apply(to: &definition.remote)
        let directories = flags.directories.directories()
        try directories.prepare()
        let reporter = SyncReporter(style)
        do {
            let report = try await perform(definition, directories, reporter)
            await reporter.finish(report, name: definition.displayName)
            if report.exitCode != 0 { throw ExitCode(report.exitCode) }
        } catch let error as StorageError {
            await reporter.abandon()
            throw reported(error, definition)
        }
    }

    private func perform(
        _ definition: SyncDefinition, _ directories: ProgramDirectories, _ reporter: SyncReporter
    ) async throws -> SyncReport {
        let runner = SyncRunner(
            directories, remotes: RemoteAssembly(directories),
            history: try? SQLiteRunHistory(path: directories.historyFile))
        let (flags, planFile, isDryRun) = (flags, planFile, isDryRun)
        let task = Task {
            try await runner.run(definition, observer: reporter) { options in
                options.isDryRun = isDryRun
                options.planFile = planFile
                options.allowsEmptySide = flags.allowEmpty
                options.force = flags.force
                if let limit = flags.bwlimit { options.bandwidthLimit = limit.bytes }
            }
        }
        let signals = SignalWatch.stop { task.cancel() }
        reporter.start()
        defer { withExtendedLifetime(signals) {} }
        return try await task.value
    }

    private var isDryRun: Bool { planFile.isWritten || flags.dryRun }

    private var style: SyncReportStyle {
        SyncReportStyle(
            isJSON: flags.json, isVerbose: verbosity.showsChanges, isDryRun: isDryRun,
            showsProgress: !flags.json && (flags.progress ?? true) && Terminal.errors.isInteractive
                && !verbosity.isTalkative)
    }

    private var verbosity: Verbosity { Verbosity(flags.remote.verbose) }

    // MARK: - What is meant

    private func definition() throws -> SyncDefinition {
        let catalog = flags.directories.catalog()
        let overrides = try DefinitionOverrides(flags.remote.options, scope: .sync)
        let decoded = try decode(catalog, overrides)
        if !decoded.warnings.isEmpty { Terminal.errors.writeLine(Terminal.errors.colored(decoded.warnings)) }
        return decoded.value
    }

    private func decode(_ catalog: DefinitionCatalog, _ overrides: DefinitionOverrides) throws -> Decoded<
        SyncDefinition
    > {
        if targets.count == 1 {
            let decoded = try catalog.sync(named: targets[0], overrides: overrides)
            guard let direction, decoded.value.direction != direction else { return decoded }
            throw mismatch(decoded.value.direction, direction)
        }
        let (local, remote) = try folders()
        return try catalog.sync(url: remote, local: local, direction: direction ?? .sync, overrides: overrides)
    }

    private func mismatch(_ defined: SyncDirection, _ wanted: SyncDirection) -> DefinitionFailure {
        DefinitionFailure(
            "'\(targets[0])' is a \(defined.rawValue), not a \(wanted.rawValue)",
            label: "run: syncctl \(defined.rawValue) \(targets[0])")
    }

    /// The local folder and the remote one, in the order of the command.
    private func folders() throws -> (local: String, remote: String) {
        guard targets.count == 2 else {
            throw ValidationError("Expected a definition, or a local folder and a URL.")
        }
        let (first, second) = (targets[0], targets[1])
        let isRemoteFirst = direction == .pull || (direction == .sync && RemoteURL.looksLikeURL(first))
        let (local, remote) = isRemoteFirst ? (second, first) : (first, second)
        guard RemoteURL.looksLikeURL(remote), !RemoteURL.looksLikeURL(local) else {
            let order = direction == .pull ? "URL LOCAL" : "LOCAL URL"
            throw ValidationError(
                "Expected: syncctl \((direction ?? .sync).rawValue) \(order), with a URL such as sftp://host/folder.")
        }
        return (local, remote)
    }

    /// An error before the run began, told in the style of the command.
    private func reported(_ error: StorageError, _ definition: SyncDefinition) -> any Error {
        guard flags.json else { return error }
        let code = ProgramExit.code(of: error)
        let line = JSONLine("summary").adding("name", .string(definition.displayName))
            .adding("status", .string("failure"))
            .adding("status_code", .string(StatusCode(error, family: definition.remote.family).rawValue))
            .adding("exit_code", .init(code)).adding("code", .string(error.code.rawValue))
            .adding("message", .string(error.message)).adding("server_reply", .init(error.serverReply))
        Terminal.output.writeLine(line.text)
        return ExitCode(code)
    }
}
