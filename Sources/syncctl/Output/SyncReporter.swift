import FileModel
import SyncCore
import SyncEngine
import Synchronization

/// Tells a run as it goes: lines, JSON, and on a terminal a line of progress.
final class SyncReporter: SyncObserver {
    private struct State {
        var meter = TransferMeter()
        var scan: (directories: Int, names: Int)?
        var isPlanned = false
    }

    private let style: SyncReportStyle
    private let state = Mutex(State())
    private let status: StatusLine?
    private let ticker = Mutex<Task<Void, Never>?>(nil)

    init(_ style: SyncReportStyle) {
        self.style = style
        status = style.showsProgress ? StatusLine(.errors) : nil
    }

    func observe(_ event: SyncEvent) {
        let now = ContinuousClock.now
        state.withLock { Self.count(event, in: &$0, at: now) }
        guard let line = style.line(event) else { return }
        write(line.text, to: line.terminal)
    }

    private func write(_ text: String, to terminal: Terminal) {
        if let status { status.above { terminal.writeLine(text) } } else { terminal.writeLine(text) }
    }

    private static func count(_ event: SyncEvent, in state: inout State, at now: ContinuousClock.Instant) {
        switch event {
        case .scanning(let directories, let listed): state.scan = (directories, listed.local + listed.remote)
        case .planned(let totals):
            state.isPlanned = true
            state.meter.totalBytes += totals.bytes
            state.meter.totalFiles += totals.copies.local + totals.copies.remote
        case .transferred(let bytes, _): state.meter.add(bytes: bytes, at: now)
        case .change(let change): if change.kind == .copy { state.meter.addFile() }
        case .retrying, .problem, .warning: break
        }
    }

    // MARK: - Progress

    /// Draws until `finish`.
    func start() {
        guard let status else { return }
        ticker.withLock { ticker in
            ticker = Task { [weak self] in
                while !Task.isCancelled {
                    guard let self else { return }
                    status.show(self.progress())
                    try? await Task.sleep(for: .milliseconds(200))
                }
            }
        }
    }

    private func progress() -> String {
        state.withLock { state in
            if state.isPlanned { return state.meter.text(at: .now) }
            guard let scan = state.scan else { return "connecting" }
            return "comparing: \(scan.directories) folders, \(scan.names) names"
        }
    }

    func finish(_ report: SyncReport, name: String) async {
        let task = ticker.withLock { $0 }
        task?.cancel()
        await task?.value
        status?.clear()
        for line in style.summary(report, name: name) { line.terminal.writeLine(line.text) }
    }

    /// Ends the progress of a run that did not begin.
    func abandon() async {
        let task = ticker.withLock { $0 }
        task?.cancel()
        await task?.value
        status?.clear()
    }
}
