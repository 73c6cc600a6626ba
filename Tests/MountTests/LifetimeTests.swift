import FileModel
import Glibc
import NIOCore
import RemoteFileSystem
import TestServers
import Testing
import VirtualFileSystem

@testable import FuseAdapter

@Suite(.timeLimit(.minutes(2)), .serialized)
struct LifetimeTests {
    @Test(arguments: styles)
    func unmountUploadsWhatIsStillOpen(style: InMemoryRemote.Style) async throws {
        let folder = try TestFolder()
        let remote = InMemoryRemote(style: style)
        let mounted = try await MountedVolume.mount(
            try await Volume.open(remote), MountOptions(mountpoint: folder.path))
        let descriptor = try await blocking {
            let descriptor = try Files.open("\(folder.path)/f", O_WRONLY | O_CREAT)
            try Files.write(descriptor, pattern(100_000))
            return descriptor
        }
        let unsettled = await mounted.unmount()
        #expect(unsettled.isEmpty)
        let reader = try await remote.openReader(RemotePath("f"))
        #expect(Array(try await reader.read(at: 0, count: 200_000).readableBytesView) == pattern(100_000))
        _ = try await blocking { close(descriptor) }
    }

    @Test func fusermountEndsTheMount() async throws {
        let folder = try TestFolder()
        let mounted = try await MountedVolume.mount(
            try await Volume.open(InMemoryRemote()), MountOptions(mountpoint: folder.path))
        let result = try await blocking { try runShell("fusermount3 -u \(folder.path)") }
        #expect(result.status == 0)
        #expect(await mounted.waitUntilUnmounted().isEmpty)
        #expect(await mounted.unmount().isEmpty)
    }

    @Test func aBadMountPointIsRefusedWithTheRemedy() async throws {
        let volume = try await Volume.open(InMemoryRemote())
        let missing = await #expect(throws: StorageError.self) {
            try await MountedVolume.mount(volume, MountOptions(mountpoint: "/tmp/remora-no-such-folder"))
        }
        #expect(missing?.message.contains("does not exist") == true)
        let folder = try TestFolder()
        try await blocking { try Files.store("\(folder.path)/x", [1]) }
        let full = await #expect(throws: StorageError.self) {
            try await MountedVolume.mount(volume, MountOptions(mountpoint: folder.path))
        }
        #expect(full?.message.contains("not empty") == true)
        let file = await #expect(throws: StorageError.self) {
            try await MountedVolume.mount(volume, MountOptions(mountpoint: "\(folder.path)/x"))
        }
        #expect(file?.message.contains("not a folder") == true)
        _ = try await blocking { unlink("\(folder.path)/x") }
    }

    @Test func aReadOnlyMountSaysSo() async throws {
        try await MountFixture.with(.randomAccess, { settings, _ in settings.isReadOnly = true }) { mount in
            try await blocking {
                #expect(throws: SystemError(EROFS)) { try Files.open(mount("f"), O_WRONLY | O_CREAT) }
                #expect(throws: SystemError(EROFS)) { try check(mkdir(mount("d"), 0o755)) }
            }
        }
    }

    @Test func anInterruptEndsAStuckCallAtOnce() async throws {
        try await MountFixture.with(.randomAccess) { mount in
            mount.remote.onOperation { operation, path async throws(StorageError) in
                guard operation == .attributes, path.string == "stuck" else { return }
                try? await Task.sleep(for: .seconds(15))
            }
            let start = ContinuousClock.now
            let result = try await blocking { try runShell("timeout -s INT 0.3 stat \(mount("stuck"))") }
            #expect(result.status == 124)
            #expect(ContinuousClock.now - start < .seconds(10))
            mount.remote.onOperation(nil)
        }
    }

    @Test func anOutageIsAnErrorAndNeverAnAbsence() async throws {
        try await MountFixture.with(
            .randomAccess,
            { settings, _ in
                settings.attributeTimeout = .zero
                settings.directoryTimeout = .zero
                settings.negativeTimeout = .zero
            }
        ) { mount in
            try await blocking { try Files.store(mount("f"), [1]) }
            mount.remote.onOperation { _, _ async throws(StorageError) in throw StorageError(.connectionLost, "down") }
            try await blocking {
                #expect(throws: SystemError(EIO)) { try Files.status(mount("f")) }
                #expect(throws: SystemError(EIO)) { try Files.names(mount.path) }
            }
            mount.remote.onOperation(nil)
            let isBack = await eventually { (try? await blocking { try Files.content(mount("f")) }) == [1] }
            #expect(isBack)
            #expect(try await blocking { try Files.names(mount.path) } == ["f"])
        }
    }

    @Test(arguments: styles)
    func closeReturnsTheServersVerdict(style: InMemoryRemote.Style) async throws {
        try await MountFixture.with(style) { mount in
            mount.remote.onOperation { operation, _ async throws(StorageError) in
                if operation == .close { throw StorageError(.noSpace, "full") }
            }
            try await blocking {
                #expect(throws: SystemError(ENOSPC)) { try Files.store(mount("f"), [1, 2, 3]) }
            }
            mount.remote.onOperation(nil)
        }
    }
}
