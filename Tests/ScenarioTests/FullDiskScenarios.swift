import Glibc
import TestServers
import Testing

extension Scenarios {
    /// A disk that is full, here or there, ends a run as a partial failure that says so; once there is room, a plain
    /// run goes on.
    @Suite(.timeLimit(.minutes(2)))
    struct FullDiskScenarios {
        private static let mebibyte = 1 << 20

        /// Copies stop before the last 64 MiB of the local disk are used.
        @Test(arguments: [SiteKind.sftp, .ftp])
        func aFullDiskHereStopsDownloadsBeforeTheyWrite(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let remote = site.disk / "tree"
            let url = try site.makeRoot("tree")
            try fill(remote, owner: site.server.ownerID)
            let local = site.workplace.path("local")
            let disk = try await SmallDisk(at: local, mebibytes: 67)
            let before = try TreeSnapshot(remote)

            let sync = ["sync", "\(local)", url, "--json"]
            let full = try await site.syncctl(sync)
            #expect(full.status == .exited(1), "\(full.output) \(full.errors)")
            #expect(try disk.freeBytes() >= 64 * Self.mebibyte, "the reserve holds for those under way together, too")
            #expect(full.output.contains("noSpace"), "\(full.output)")
            #expect(try TreeSnapshot(remote) == before, "nothing is copied back or deleted")
            #expect(try TreeSnapshot(local).temporaryNames == [])

            try await disk.grow(mebibytes: 120)
            try await expectConverged(site, sync, local, remote)
        }

        @Test(arguments: [SiteKind.sftp, .ftp])
        func aFullDiskThereLeavesThePathsThatDoNotFit(_ kind: SiteKind) async throws {
            let server = try await kind.startServer()
            server.stop()
            let disk = try await SmallDisk(at: DiskPath(server.root), mebibytes: 3, owner: server.ownerID)
            try await server.start()
            let site = try await RemoteSite(kind, server: server)
            let (local, remote) = (site.workplace.path("local"), site.disk / "tree")
            let url = try site.makeRoot("tree")
            try local.makeDirectory()
            try fill(local, owner: getuid())
            let before = try TreeSnapshot(local)

            let sync = ["sync", "\(local)", url, "--json"]
            let full = try await site.syncctl(sync)
            #expect(full.status == .exited(1), "\(full.output) \(full.errors)")
            #expect(try TreeSnapshot(local).visible == before.visible, "nothing is copied back or deleted")
            for (path, entry) in try TreeSnapshot(remote).visible where !path.starts(with: [UInt8(ascii: ".")]) {
                #expect(before.entries[path]?.kind == entry.kind, "a file is whole or not there")
            }

            try await disk.grow(mebibytes: 60)
            try await expectConverged(site, sync, local, remote)
            server.stop()
            try await disk.unmount()
        }

        /// Six files of one mebibyte, and three that fit everywhere.
        private func fill(_ root: DiskPath, owner: UInt32) throws {
            for number in 0..<9 {
                let path = root / "file \(number)"
                try path.write(SampleTree.content(number < 6 ? Self.mebibyte : 10, seed: number))
                try path.give(to: owner)
                try path.setModified(SampleTree.modified)
            }
        }

        private func expectConverged(
            _ site: RemoteSite, _ sync: [String], _ local: DiskPath, _ remote: DiskPath
        ) async throws {
            let roomy = try await site.syncctl(sync)
            #expect(roomy.status == .exited(0), "\(roomy.output) \(roomy.errors)")
            try expectEqual(local, remote)
            #expect(try TreeSnapshot(local).temporaryNames + TreeSnapshot(remote).temporaryNames == [])
            let second = try await site.syncctl(sync)
            #expect(try RunSummary(second.output).changes == 0, "\(second.output)")
        }
    }
}

/// A disk in memory of a chosen size, mounted on a folder, and unmounted with this object or with the test process.
final class SmallDisk: Sendable {
    private let path: DiskPath
    private let guardian: ChildProcess

    init(at path: DiskPath, mebibytes: Int, owner: UInt32 = 0) async throws {
        self.path = path
        try path.makeDirectoryIfMissing()
        guardian = try ChildProcess(["sleep", "infinity"], cleanUp: "umount --lazy '\(path)'")
        try await Self.check(["mount", "-t", "tmpfs", "-o", "mode=755,size=\(mebibytes)m", "tmpfs", "\(path)"])
        try path.give(to: owner)
    }

    deinit { umount2("\(path)", CInt(MNT_DETACH)) }

    func freeBytes() throws -> Int {
        var room = statvfs()
        try path.call { statvfs($0, &room) }
        return Int(room.f_bavail) * Int(room.f_frsize)
    }

    func grow(mebibytes: Int) async throws {
        try await Self.check(["mount", "-o", "remount,size=\(mebibytes)m", "\(path)"])
    }

    func unmount() async throws { try await Self.check(["umount", "--lazy", "\(path)"]) }

    private static func check(_ command: [String]) async throws {
        let result = try await run(command)
        guard result.succeeded else { throw SystemError("\(command): \(result.errors)", code: EIO) }
    }
}
