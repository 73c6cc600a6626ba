import Dispatch
import Glibc
import Synchronization

/// Turns a signal into calls, outside of signal handlers, as long as it lives.
///
/// Programs that we start get the default actions back: whoever spawns them sets POSIX_SPAWN_SETSIGDEF.
final class SignalWatch {
    private let source: any DispatchSourceSignal

    init(_ number: CInt, _ handler: @escaping @Sendable () -> Void) {
        signal(number, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler(handler: handler)
        source.resume()
    }

    /// The first SIGINT or SIGTERM asks for an orderly end, the second one ends the process at once.
    static func stop(_ orderly: @escaping @Sendable () -> Void) -> [SignalWatch] {
        let counter = SignalCounter()
        return [SIGINT, SIGTERM].map { number in
            SignalWatch(number) {
                if counter.next() == 1 { orderly() } else { _exit(130) }
            }
        }
    }
}

private final class SignalCounter: Sendable {
    private let count = Atomic<Int>(0)

    func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}
