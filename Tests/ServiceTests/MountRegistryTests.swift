import FileModel
import Foundation
import Testing

@testable import Service

@Suite(.timeLimit(.minutes(1))) struct MountRegistryTests {
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "registry-\(UUID().uuidString)"
        try FolderMaker.make(folder + "/a/b")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    @Test func aLivingMountIsFoundAndADeadOneIsNot() async throws {
        try await withFolder { folder in
            let registry = MountRegistry(folder: folder)
            let record = MountRecord(mountpoint: "/mnt/a b\nc", process: 4711, isDaemon: false)
            var registration: MountRegistration? = try registry.register(record)
            #expect(registry.find("/mnt/a b\nc") == record)
            #expect(registry.find("/mnt/other") == nil)
            #expect(throws: StorageError.self) { try registry.register(record) }
            let end = Task.detached { registry.waitForEnd(of: "/mnt/a b\nc") }
            withExtendedLifetime(registration) {}
            registration = nil
            await end.value
            #expect(registry.find("/mnt/a b\nc") == nil)
            _ = try registry.register(record)
        }
    }

    @Test func theKernelsTable() throws {
        let entry = try #require(
            MountTable.parse(
                "36 35 98:0 / /mnt/my\\040folder\\134x rw,noatime master:1 - fuse.syncctl sftp://h\\040x rw,user_id=0\n"
            ))
        #expect(entry == .init(mountpoint: "/mnt/my folder\\x", type: "fuse.syncctl", source: "sftp://h x"))
        #expect(MountTable.parse("nonsense") == nil)
        #expect(MountTable.entry(at: "/proc")?.type == "proc")
        #expect(MountTable.entry(at: "/no/such/mount") == nil)
    }

    @Test func canonicalNames() async throws {
        try await withFolder { folder in
            let real = try #require(realpath(folder, nil).map { String(cString: $0) })
            symlink(folder + "/a", folder + "/link")
            #expect(MountPoint.canonical(folder + "/link/b/") == real + "/a/b")
            #expect(MountPoint.canonical(folder + "/link/none") == real + "/a/none")
            #expect(MountPoint.canonical("/") == "/")
            #expect(MountPoint.canonical("/mnt") == "/mnt")
        }
    }
}
