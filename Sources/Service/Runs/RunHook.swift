import Definitions
import FileModel
import Foundation
import Synchronization

/// The program that a definition wants to be run after a run (`after.on_success`, `after.on_failure`).
///
/// It learns from variables how the run ended; our own secrets are not among them. What it prints goes to standard error.
struct RunHook {
    /// The key it comes from, for messages.
    let key: String
    let words: [String]
    private let variables: [String: String]
    /// Variables of ours that may hold a password or passphrase.
    private let secrets: [String]

    /// A program that runs longer is ended.
    static let limit = Duration.seconds(300)
    /// From the request to end until it is killed.
    static let grace = Duration.seconds(5)

    /// - Returns: nil where nothing is to be run: there is no program, or another run was under way.
    init?(_ definition: SyncDefinition, _ outcome: RunOutcome, run: Int64?) {
        guard outcome.status != .skipped else { return nil }
        let isSuccess = outcome.status == .success
        key = isSuccess ? "on_success" : "on_failure"
        words = isSuccess ? definition.after.onSuccess : definition.after.onFailure
        guard !words.isEmpty else { return nil }
        variables = Self.variables(definition, outcome, run)
        let sources = [
            definition.remote.auth.password, definition.remote.auth.passphrase, definition.remote.proxy?.password,
        ]
        secrets = sources.compactMap { if case .environment(let name)? = $0 { name } else { nil } }
    }

    private static func variables(
        _ definition: SyncDefinition, _ outcome: RunOutcome, _ run: Int64?
    ) -> [String: String] {
        let counters = outcome.counters
        return [
            "SYNCCTL_NAME": definition.displayName, "SYNCCTL_DIRECTION": definition.direction.rawValue,
            "SYNCCTL_LOCAL": definition.local, "SYNCCTL_REMOTE": "\(definition.remote.identity) \(definition.folder)",
            "SYNCCTL_STATUS": outcome.status.rawValue, "SYNCCTL_STATUS_CODE": outcome.statusCode.rawValue,
            "SYNCCTL_EXIT_CODE": String(outcome.exitCode), "SYNCCTL_UPLOADED": String(counters.uploaded),
            "SYNCCTL_DOWNLOADED": String(counters.downloaded), "SYNCCTL_DELETED": String(counters.deleted),
            "SYNCCTL_CONFLICTS": String(counters.conflicts), "SYNCCTL_FAILED": String(counters.failed),
            "SYNCCTL_BYTES": String(counters.bytes), "SYNCCTL_MESSAGE": outcome.message ?? "",
            "SYNCCTL_RUN": run.map { String($0) } ?? "",
        ]
    }

    /// What we were given may hold passwords, under our own names or under one that a definition chose.
    private var environment: [String: String] {
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("SYNCCTL_PASSWORD") }
        for name in secrets { environment[name] = nil }
        return environment.merging(variables) { $1 }
    }

    /// Runs the program to its end.
    ///
    /// - Returns: what went wrong, in a sentence; nil when it ended with status 0.
    func run(limit: Duration = RunHook.limit) async -> String? {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["--"] + words
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.standardError
        let name = "\(key) '\(words[0])'"
        let end = ProcessEnd()
        process.terminationHandler = { end.happened($0) }
        do { try process.run() } catch { return "\(name) could not be started: \(error.localizedDescription)" }
        let child = process.processIdentifier
        let watch = Task {
            try await Task.sleep(for: limit)
            end.isLate()
            kill(child, SIGTERM)
            try await Task.sleep(for: Self.grace)
            kill(child, SIGKILL)
        }
        let verdict = await end.verdict
        watch.cancel()
        switch verdict {
        case .late: return "\(name) was ended after \(limit.inUnits)"
        case .signal(let number): return "\(name) was ended by signal \(number)"
        case .status(0): return nil
        case .status(let status): return "\(name) failed with status \(status)"
        }
    }
}

/// Waits for the end of a program.
private final class ProcessEnd: Sendable {
    enum Verdict {
        case status(Int32)
        case signal(Int32)
        /// It was told to end.
        case late
    }

    private struct State {
        var wasLate = false
        var verdict: Verdict?
        var waiter: CheckedContinuation<Verdict, Never>?
    }

    private let state = Mutex(State())

    func isLate() { state.withLock { $0.wasLate = true } }

    func happened(_ process: Process) {
        let status = process.terminationStatus
        let own = process.terminationReason == .uncaughtSignal ? Verdict.signal(status) : .status(status)
        let (waiter, verdict) = state.withLock { state in
            let verdict = state.wasLate ? .late : own
            state.verdict = verdict
            defer { state.waiter = nil }
            return (state.waiter, verdict)
        }
        waiter?.resume(returning: verdict)
    }

    var verdict: Verdict {
        get async {
            await withCheckedContinuation { continuation in
                let verdict = state.withLock { state in
                    if state.verdict == nil { state.waiter = continuation }
                    return state.verdict
                }
                if let verdict { continuation.resume(returning: verdict) }
            }
        }
    }
}
