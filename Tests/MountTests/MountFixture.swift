import FileModel
import Glibc
import RemoteFileSystem
import VirtualFileSystem

@testable import FuseAdapter

/// An in-memory server mounted on a folder of its own.
struct MountFixture: Sendable {
    let remote: InMemoryRemote
    let mounted: MountedVolume
    var path: String { mounted.mountpoint }

    /// Mounts, with write-back over the folder `journal`, runs `body`, unmounts and removes the folder; a watchdog ends a mount that hangs.
    static func with(
        _ style: InMemoryRemote.Style, limit: Int = 100, journal: String? = nil,
        _ configure: (inout VolumeSettings, inout MountOptions) -> Void = { _, _ in },
        body: (MountFixture) async throws -> Void
    ) async throws {
        let folder = try TestFolder()
        var settings = VolumeSettings()
        settings.timeout = .seconds(20)
        settings.spoolDirectory = "/tmp"
        var options = MountOptions(mountpoint: folder.path)
        configure(&settings, &options)
        let remote = InMemoryRemote(style: style)
        if let journal {
            settings.rescue = RescueSettings(folder: journal, definition: "", remoteFolder: "/")
        }
        let volume = try await Volume.open(
            remote, settings: settings,
            journal: try journal.map { folder throws(StorageError) in try WriteBackJournal(folder: folder) })
        let mounted = try await MountedVolume.mount(volume, options)
        let watchdog = Watchdog(after: limit) { mounted.abort() }
        defer { watchdog.stop() }
        do {
            try await body(MountFixture(remote: remote, mounted: mounted))
        } catch {
            await mounted.unmount()
            throw error
        }
        await mounted.unmount()
    }

    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }
}

/// A folder below /tmp that is removed with everything in it.
final class TestFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/remora-mount-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError(errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        rmdir(path)
    }
}

/// Calls for help from a thread of its own when a test takes too long, whatever the cooperative pool does.
final class Watchdog: Sendable {
    private let pipe: (read: CInt, write: CInt)

    init(after seconds: Int, _ alarm: @escaping @Sendable () -> Void) {
        var ends: [CInt] = [0, 0]
        precondition(Glibc.pipe(&ends) == 0)
        let read = ends[0]
        pipe = (ends[0], ends[1])
        startThread {
            var watched = pollfd(fd: read, events: Int16(POLLIN), revents: 0)
            if poll(&watched, 1, CInt(seconds * 1000)) == 0 { alarm() }
            close(read)
        }
    }

    func stop() { close(pipe.write) }
}

/// Runs blocking calls on a thread of their own: on the cooperative pool they would wait for tasks that cannot run.
@discardableResult
func blocking<Value: Sendable>(_ body: @Sendable () throws -> Value) async throws -> Value {
    try await withTaskExecutorPreference(ThreadExecutor.shared) { try body() }
}

/// Gives every job a thread of its own.
private final class ThreadExecutor: TaskExecutor {
    static let shared = ThreadExecutor()

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        startThread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
