/// Who wants to hear that a call moves, although it has not ended: set around a call, heard inside of it.
public enum RemoteActivity {
    @TaskLocal private static var watcher: Watcher?

    /// A class of its own: Swift 6.3 optimises a task-local closure into a push without a type, which crashes.
    private final class Watcher: Sendable {
        let hear: @Sendable () -> Void

        init(_ hear: @escaping @Sendable () -> Void) { self.hear = hear }
    }

    /// Runs `body`, and lets `hear` know of whatever moves in it.
    @inline(never)
    public static func watched(
        by hear: @escaping @Sendable () -> Void, _ body: @Sendable () async -> Void
    ) async {
        await $watcher.withValue(Watcher(hear)) { await body() }
    }

    /// Some of what the call is about has arrived.
    public static func made() { watcher?.hear() }
}
