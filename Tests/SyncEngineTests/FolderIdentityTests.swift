import FileModel
import SyncCore
import Testing

@testable import SyncEngine

/// A folder is known again after the machine was started anew, and another in its place is noticed.
@Suite(.timeLimit(.minutes(1)))
struct FolderIdentityTests {
    /// A pair that was synchronised once, whose archive then remembers the local folder as `change` leaves it.
    private func synchronised(_ change: (inout FolderIdentity) -> Void) async throws -> SyncBench {
        let bench = try await SyncBench()
        for name in ["a", "b", "c"] { try bench.write(name, name) }
        bench.wait()
        #expect(await bench.run().outcome == .success)
        let archive = try Archive(
            bench.state + "/bench.archive",
            ArchiveIdentity(server: "memory://test", remoteRoot: "/", localRoot: bench.local))
        var folder = try #require(archive.header.localFolder)
        change(&folder)
        try archive.updateHeader { $0.localFolder = folder }
        return bench
    }

    /// btrfs, NFS and others give another number with each mount: the nightly run stopped after a restart.
    @Test func anotherNumberOfTheDeviceIsNoOtherFolder() async throws {
        let bench = try await synchronised { $0.device += 1 }
        try bench.delete("a")
        let report = await bench.run()
        #expect(report.outcome == .success)
        #expect(report.counters.deleted.remote == 1)
    }

    @Test(arguments: [true, false])
    func anotherFolderOnAnotherDeviceStopsTheRun(_ isOtherInode: Bool) async throws {
        let bench = try await synchronised { folder in
            folder.device += 1
            if isOtherInode { folder.inode? += 1 } else { folder.birth = (folder.birth ?? 0) + 1 }
        }
        try bench.delete("a")
        let report = await bench.run()
        #expect(report.outcome.exitCode == 4)
        #expect(report.error?.message.contains("another file system") == true)
        #expect(try await bench.remoteTree().count == 3)
        #expect(await bench.run { $0.force = true }.counters.deleted.remote == 1)
        #expect(await bench.run().outcome == .success)
    }

    /// An archive of an earlier version knows the number of the device alone, and vfat tells no time: the roots of two
    /// memory cards have the same inode.
    @Test(arguments: [true, false])
    func withoutATimeTheDeviceDecides(_ knowsInode: Bool) async throws {
        let bench = try await synchronised { folder in
            folder.device += 1
            folder.birth = nil
            if !knowsInode { folder.inode = nil }
        }
        #expect(await bench.run().outcome.exitCode == 4)
    }

    @Test func theFolderIsTheSameWithEachOpening() throws {
        let one = try LocalFileSystem("/").identity
        #expect(one.isSame(as: try LocalFileSystem("/").identity))
        #expect(one.inode != nil)
    }
}
