import Definitions
import FileModel
import Foundation
import Synchronization
import Testing

@testable import Service

@Suite(.timeLimit(.minutes(1))) struct DaemonTests {
    @Test func mountsAndRunsAndStops() async throws {
        let world = World()
        world.write("mounts.d/a.toml", mount("a"))
        world.write("mounts.d/off.toml", mount("off") + "enabled = false\n")
        world.write("mounts.d/bare.toml", "[remote]\nurl = \"sftp://h\"\n")
        world.write("sync.d/s.toml", sync("a", every: "1h"))
        world.write("sync.d/byhand.toml", "remote = \"a\"\ndirection = \"push\"\nlocal = \"/x\"\n")
        let daemon = world.start()
        await world.wait { $0.contains("mount a: mounted on /mnt/a") && $0.contains("sync s: success, nothing to do") }
        #expect(world.lines.contains("started with 1 mounts and 1 schedules"))
        daemon.stop()
        await world.ended()
        #expect(world.lines.suffix(2) == ["mount a: unmounted", "stopped"])
    }

    @Test func oneFailureLeavesTheOthersAlone() async throws {
        let world = World()
        world.write("mounts.d/a.toml", mount("a"))
        world.write("mounts.d/b.toml", mount("b"))
        world.write("mounts.d/c.toml", "[remote\n")
        world.refuse("b")
        let daemon = world.start()
        await world.wait {
            $0.contains("mount a: mounted on /mnt/a") && $0.contains("mount b: nobody answers; next try in 5s")
        }
        #expect(world.lines.contains { $0.contains("mounts.d/c.toml:1:8: error: syntax error") })
        daemon.stop()
        await world.ended()
    }

    @Test func aReloadTouchesOnlyWhatChanged() async throws {
        let world = World()
        for name in ["same", "changed", "gone"] { world.write("mounts.d/\(name).toml", mount(name)) }
        let daemon = world.start()
        await world.wait { lines in
            ["same", "changed", "gone"].allSatisfy { lines.contains("mount \($0): mounted on /mnt/\($0)") }
        }
        world.write("mounts.d/same.toml", "# a comment changes nothing\n" + mount("same"))
        world.write("mounts.d/changed.toml", mount("changed") + "read_only = true\n")
        world.write("mounts.d/new.toml", mount("new"))
        world.remove("mounts.d/gone.toml")
        daemon.reload()
        await world.wait { lines in
            lines.contains("mount new: mounted on /mnt/new") && lines.contains("mount gone: unmounted")
                && lines.count { $0 == "mount changed: mounted on /mnt/changed" } == 2
        }
        #expect(
            world.lines.contains("definitions read again: new: mount new; changed: mount changed; gone: mount gone"))
        #expect(!world.lines.contains("mount same: unmounted"))
        daemon.stop()
        await world.ended()
    }

    @Test func aDefinitionThatBreaksGoesOnAsItWas() async throws {
        let world = World()
        world.write("mounts.d/a.toml", mount("a"))
        let daemon = world.start()
        await world.wait { $0.contains("mount a: mounted on /mnt/a") }
        world.write("mounts.d/a.toml", mount("a") + "umsk = \"022\"\n")
        daemon.reload()
        await world.wait { $0.contains("definitions read again: nothing changed") }
        #expect(world.lines.contains { $0.contains("unknown key 'umsk' in [mount]") })
        #expect(!world.lines.contains("mount a: unmounted"))
        daemon.stop()
        await world.ended()
    }

    @Test func aMountThatOthersEndedStaysDown() async throws {
        let world = World()
        world.write("mounts.d/a.toml", mount("a"))
        let daemon = world.start()
        await world.wait { $0.contains("mount a: mounted on /mnt/a") }
        world.endMount("a")
        await world.wait { $0.contains("mount a: ended from outside") }
        daemon.stop()
        await world.ended()
        #expect(world.lines.count { $0.hasPrefix("mount a: mounted") } == 1)
    }

    @Test func anOverlappingRunIsSkipped() async throws {
        let world = World()
        world.write("mounts.d/a.toml", "[remote]\nurl = \"sftp://h\"\n")
        world.write("sync.d/s.toml", sync("a", every: "1s"))
        world.holdRuns()
        let daemon = world.start()
        await world.wait { $0.contains("sync s: due, and skipped because the run before is still under way") }
        #expect(world.lines.count { $0 == "sync s: started" } == 1)
        daemon.stop()
        await world.ended()
        #expect(world.lines.contains("sync s: failure (OK): interrupted"))
    }

    @Test func anOverdueRunIsStopped() async throws {
        let world = World()
        world.write("mounts.d/a.toml", "[remote]\nurl = \"sftp://h\"\n")
        world.write("sync.d/s.toml", sync("a", every: "1h") + "max_runtime = \"1s\"\n")
        world.holdRuns()
        let daemon = world.start()
        await world.wait { $0.contains("sync s: failure (OK): interrupted") }
        #expect(world.lines.contains("sync s: stopped because it exceeded its max_runtime"))
        daemon.stop()
        await world.ended()
    }

    @Test func stopsWhileAMountIsStillTrying() async throws {
        let world = World()
        world.write("mounts.d/a.toml", mount("a"))
        world.refuse("a")
        let daemon = world.start()
        await world.wait { $0.contains("mount a: nobody answers; next try in 5s") }
        daemon.stop()
        await world.ended()
        #expect(world.lines.last == "stopped")
    }

    private func mount(_ name: String) -> String {
        "[remote]\nurl = \"sftp://h\"\n[mount]\nmountpoint = \"/mnt/\(name)\"\n"
    }

    private func sync(_ remote: String, every: String) -> String {
        "remote = \"\(remote)\"\ndirection = \"push\"\nlocal = \"/x\"\n[schedule]\nevery = \"\(every)\"\n"
    }
}

/// A daemon's surroundings without servers: definitions in a folder of their own, mounts and runs that do nothing.
private final class World: DaemonWork {
    private struct State {
        var lines: [String] = []
        var mounts: [String: FakeMount] = [:]
        var refused: Set<String> = []
        var holdsRuns = false
    }

    private let state = Mutex(State())
    private let folder = NSTemporaryDirectory() + "daemon-\(UUID().uuidString)"
    private let end = Mutex<Task<Void, Never>?>(nil)

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var lines: [String] { state.withLock { $0.lines } }

    func write(_ name: String, _ text: String) {
        let path = "\(folder)/\(name)"
        let parent = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        try? FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        try? Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    func remove(_ name: String) { try? FileManager.default.removeItem(atPath: "\(folder)/\(name)") }
    func refuse(_ name: String) { state.withLock { _ = $0.refused.insert(name) } }
    func holdRuns() { state.withLock { $0.holdsRuns = true } }
    func endMount(_ name: String) { state.withLock { $0.mounts[name] }?.finish() }

    func start() -> Daemon {
        let daemon = Daemon(work: self) { [weak self] event in
            self?.state.withLock { $0.lines.append(event.description) }
        }
        end.withLock { $0 = Task { await daemon.run() } }
        return daemon
    }

    func ended() async { await end.withLock { $0 }?.value }

    /// Waits until the journal fulfils a condition; the suite's time limit ends a vain wait.
    func wait(_ condition: ([String]) -> Bool) async {
        while !condition(lines) { try? await Task.sleep(for: .milliseconds(2)) }
    }

    // MARK: - DaemonWork

    func loadDefinitions() -> DefinitionCatalog {
        DefinitionCatalog(ProgramDirectories(environment: ["HOME": "/nowhere"], userID: 1000, config: folder))
    }

    func mount(_ definition: MountDefinition) async throws(StorageError) -> any RunningMount {
        if state.withLock({ $0.refused.contains(definition.name) }) {
            throw StorageError(.unreachable, "nobody answers")
        }
        let mount = FakeMount()
        state.withLock { $0.mounts[definition.name] = mount }
        return mount
    }

    func run(_ definition: SyncDefinition) async -> RunOutcome {
        guard state.withLock({ $0.holdsRuns }) else {
            return RunOutcome(status: .success, exitCode: 0, statusCode: .ok)
        }
        try? await Task.sleep(for: .seconds(600))
        return RunOutcome(status: .failure, exitCode: 130, statusCode: .ok, message: "interrupted")
    }

    func lastStart(of name: String) async -> Timestamp? { nil }
}

private final class FakeMount: RunningMount {
    private let (stream, end) = AsyncStream<Void>.makeStream()

    func finish() { end.finish() }

    func waitUntilEnded() async throws(StorageError) {
        for await _ in stream {}
    }

    func unmount() async throws(StorageError) { finish() }
}
