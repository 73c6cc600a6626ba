import Glibc
import NIOCore

/// Waits for a child process and takes its exit status, so that no zombie stays. Lives on one event loop.
///
/// waitid(2) would block the loop, and its other ways to report (SIGCHLD, a thread per child) belong to the whole
/// process; so the state is asked for at growing intervals, and only from when the end is expected.
final class ProgramReaper {
    private static let shortestPause = TimeAmount.milliseconds(2)
    private static let longestPause = TimeAmount.milliseconds(100)
    /// After its streams were closed, a program has this long to end by itself, and again after SIGTERM.
    private static let patience = TimeAmount.milliseconds(500)

    private let pid: pid_t
    private let loop: any EventLoop
    private let promise: EventLoopPromise<ProgramEnd>
    private let expectation: EventLoopPromise<Void>
    private var isExpected = false
    private var signals: ArraySlice<CInt> = [SIGTERM, SIGKILL]
    private var nextSignal: NIODeadline?

    /// - Parameter pid: of a child that leads its process group and that nobody else waits for.
    init(pid: pid_t, loop: any EventLoop) {
        self.pid = pid
        self.loop = loop
        promise = loop.makePromise()
        expectation = loop.makePromise()
    }

    /// When `expectEnd` is called for the first time.
    var expected: EventLoopFuture<Void> { expectation.futureResult }
    var ended: EventLoopFuture<ProgramEnd> { promise.futureResult }

    /// Starts to look for the end, and has the program killed if it does not end by itself.
    func expectEnd() {
        guard !isExpected else { return }
        isExpected = true
        nextSignal = .now() + Self.patience
        expectation.succeed()
        look(pause: Self.shortestPause)
    }

    private func look(pause: TimeAmount) {
        if let end = takeStatus() { return promise.succeed(end) }
        if let time = nextSignal, NIODeadline.now() >= time, let signal = signals.popFirst() {
            kill(-pid, signal)
            nextSignal = .now() + Self.patience
        }
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: pause) {
            bound.value.look(pause: min(.nanoseconds(pause.nanoseconds * 2), Self.longestPause))
        }
    }

    private func takeStatus() -> ProgramEnd? {
        var info = siginfo_t()
        let look = waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT)
        if look < 0 { return errno == EINTR ? nil : .unknown }
        guard info.si_signo != 0 else { return nil }
        // While the zombie keeps its number, nothing else can have it: what the program left behind goes first.
        kill(-pid, SIGKILL)
        var status: CInt = 0
        guard waitpid(pid, &status, 0) == pid else { return .unknown }
        return ProgramEnd(waitStatus: status)
    }
}

/// How a program ended.
enum ProgramEnd: Hashable, Sendable, CustomStringConvertible {
    case exited(CInt)
    case killed(signal: CInt)
    /// Somebody else took its status.
    case unknown

    /// - Parameter waitStatus: of waitpid(2).
    init(waitStatus: CInt) {
        let signal = waitStatus & 0x7F
        self = signal == 0 ? .exited((waitStatus >> 8) & 0xFF) : .killed(signal: signal)
    }

    var description: String {
        switch self {
        case .exited(let code): "exit status \(code)"
        case .killed(let signal): "signal \(signal)"
        case .unknown: "unknown end"
        }
    }
}
