public import FileModel
public import RemoteFileSystem
import Synchronization

/// One run of one synchronisation, from the lock to the report.
///
/// Everything a run needs to converge after any interruption lies in `stateDirectory`; a killed run is simply run
/// again.
public final class SyncRun: Sendable {
    let options: SyncOptions
    let remote: any RemoteFileSystem
    let identity: ArchiveIdentity
    let stateDirectory: String
    let now: @Sendable () -> Timestamp
    private let control = Mutex(Control())

    private struct Control {
        var isStopping = false
        var task: Task<SyncReport, Never>?
        /// Told when the run is to stop.
        var conditions: RunConditions?
    }

    /// - Parameters:
    ///   - remote: its root is the remote folder of the synchronisation.
    ///   - remoteIdentity: names server and account (`Capabilities.identity`).
    ///   - remoteRoot: names the remote folder; an archive of another one is not used.
    ///   - stateDirectory: exists, and is private to the user; holds `NAME.archive` and `NAME.lock`.
    public init(
        _ options: SyncOptions, remote: any RemoteFileSystem, remoteIdentity: String, remoteRoot: String,
        stateDirectory: String, now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.options = options
        self.remote = remote
        self.stateDirectory = stateDirectory
        self.now = now
        identity = ArchiveIdentity(server: remoteIdentity, remoteRoot: remoteRoot, localRoot: options.localRoot)
    }

    /// Runs to the end. Cancelling the calling task stops the run at once, and still safely.
    public func run(observer: (any SyncObserver)? = nil) async -> SyncReport {
        let task = Task(executorPreference: EngineThreads.shared) { await RunSession.report(self, observer) }
        control.withLock { $0.task = task }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            stop()
            task.cancel()
        }
    }

    /// Begins nothing new; what is under way may finish within `SyncOptions.stopGrace`. The run's report says
    /// `interrupted`. Call it again to abort what is under way at once.
    public func stop() {
        let (task, wasStopping) = control.withLock { control in
            defer { control.isStopping = true }
            control.conditions?.update { $0.isStopping = true }
            return (control.task, control.isStopping)
        }
        guard !wasStopping else {
            task?.cancel()
            return
        }
        let grace = options.stopGrace
        Task.detached {
            try? await Task.sleep(for: grace)
            task?.cancel()
        }
    }

    func attach(_ conditions: RunConditions) {
        control.withLock { control in
            control.conditions = conditions
            if control.isStopping { conditions.update { $0.isStopping = true } }
        }
    }

    /// A file of this synchronisation in the state directory.
    func stateFile(_ suffix: String) -> String {
        let name = options.name.utf8.flatMap { byte -> [UInt8] in
            let isPlain =
                byte >= 0x30 && byte <= 0x39 || byte >= 0x41 && byte <= 0x5A || byte >= 0x61 && byte <= 0x7A
                || byte == 0x2D || byte == 0x5F || byte > 0x7F
            let digits = (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            return isPlain ? [byte] : Array("%\(digits)".utf8)
        }
        return "\(stateDirectory)/\(String(decoding: name, as: UTF8.self)).\(suffix)"
    }

    /// The name in front of a state file's suffix, as it was given.
    static func name(ofStateFile name: String) -> String {
        let parts = name.utf8.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false)
        var bytes = parts.first.map(Array.init) ?? []
        for part in parts.dropFirst() {
            guard let byte = UInt8(String(decoding: part.prefix(2), as: UTF8.self), radix: 16) else { return name }
            bytes += [byte] + part.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
