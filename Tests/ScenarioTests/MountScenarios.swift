import Glibc
import TestServers
import Testing

extension Scenarios {
    /// A tree of everything lives through a mount, on every kind of server.
    @Suite(.timeLimit(.minutes(10)))
    struct MountScenarios {
        @Test(arguments: SiteKind.allCases)
        func aTreeSurvivesCopyingReadingAndEditing(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let original = site.workplace.path("original")
            try SampleTree().build(at: original)

            let writing = try await MountedFolder(site, at: "mount")
            try await writing.work { try original.copyTree(to: $0 / "tree") }
            try await writing.unmount()
            try expectEqual(original, site.disk / "tree", "on the server's disk")

            let reading = try await MountedFolder(site, at: "mount")
            // LIST, all that vsftpd has, tells only the day of a file that is older than half a year.
            let differences = try await reading.work {
                try TreeComparison.differences(original, $0 / "tree", times: kind != .ftpesVSFTPD)
            }
            #expect(differences == [], "through a fresh mount")

            try await reading.work { try TreeEdits.apply(to: $0 / "tree") }
            try TreeEdits.apply(to: original)
            let seen = try await reading.work { try TreeComparison.differences(original, $0 / "tree", times: false) }
            #expect(seen == [], "through the mount that made the edits")
            await reading.terminate()
            try expectEqual(original, site.disk / "tree", times: false, "after SIGTERM")
        }

        @Test(arguments: [SiteKind.sftp, .ftp])
        func aMountInTheBackgroundAnswersWhenTheCommandReturns(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            try (site.disk / "file").write(Array("content".utf8))
            let folder = site.workplace.folder("mount")
            try DiskPath(folder).makeDirectory()
            let mounted = try await site.syncctl(["mount", site.url, folder], within: .seconds(30))
            #expect(mounted.status == .exited(0), "\(mounted.errors)")
            let content = try await blocking(within: .seconds(30), onTimeout: { MountedFolder.detach(folder) }) {
                try (DiskPath(folder) / "file").read()
            }
            #expect(content == Array("content".utf8))
            let unmounted = try await site.workplace.syncctl(["unmount", folder], within: .seconds(30))
            #expect(unmounted.status == .exited(0), "\(unmounted.errors)")
            #expect(await eventually { !MountedFolder.isMounted(folder) })
            MountedFolder.detach(folder)
        }

        /// What one mount wrote is seen by another one, and by the server, as soon as the file is closed.
        @Test(arguments: [SiteKind.sftp, .ftpesProFTPD])
        func twoMountsSeeEachOther(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let one = try await MountedFolder(site, at: "one")
            let other = try await MountedFolder(site, at: "two")
            for round in 0..<5 {
                let content = SampleTree.content(10_000 * round + 1, seed: round)
                try await one.work { try ($0 / "shared").write(content) }
                #expect(try (site.disk / "shared").read() == content, "on the server's disk")
                let isSeen = await eventually(within: .seconds(10)) {
                    (try? await other.work { try ($0 / "shared").read() }) == content
                }
                #expect(isSeen, "round \(round)")
            }
            try await one.unmount()
            try await other.unmount()
        }

        /// What a local disk refuses, the mount refuses with the same error.
        @Test(arguments: SiteKind.allCases)
        func errorsAreThoseOfALocalDisk(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let local = site.workplace.path("local")
            try local.makeDirectory()
            let mount = try await MountedFolder(site, at: "mount")
            let expected = try TreeEdits.refusedSteps(in: local)
            let met = try await mount.work { try TreeEdits.refusedSteps(in: $0) }
            #expect(met == expected)
            try await mount.unmount()
        }
    }
}
