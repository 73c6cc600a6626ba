import Synchronization

/// The last line of a terminal, rewritten in place; other lines go above it.
final class StatusLine: Sendable {
    private let terminal: Terminal
    private let isShown = Mutex(false)

    init(_ terminal: Terminal) {
        self.terminal = terminal
    }

    func show(_ text: String) {
        isShown.withLock { isShown in
            terminal.write("\r\u{1B}[2K" + Terminal.fitted(text, to: terminal.width - 1))
            isShown = true
        }
    }

    /// Runs `body`, which writes whole lines, with the status line out of the way.
    func above(_ body: () -> Void) {
        isShown.withLock { isShown in
            if isShown { terminal.write("\r\u{1B}[2K") }
            isShown = false
            body()
        }
    }

    func clear() { above {} }
}
