import FaultInjection
import Glibc
import TestServers
import Testing

extension Scenarios {
    /// A server that fails in the middle: an error in time, nothing half-made under a final name, and a next run that ends
    /// what was begun.
    @Suite(.timeLimit(.minutes(5)))
    struct FaultScenarios {
        static let bytes = 30 << 20

        @Test(arguments: [SiteKind.sftp, .ftp, .ftpesProFTPD, .ftpesVSFTPD])
        func aPushThatLosesTheServerIsFinishedByTheNextOne(_ kind: SiteKind) async throws {
            let (site, relay) = try await relayedSite(kind)
            let local = site.workplace.path("local")
            try SampleTree(files: 60, bigFile: Self.bytes).build(at: local)
            let url = try site.makeRoot("tree")
            let push = try site.start(["push", "\(local)", url, "--json", "--bwlimit", "6MiB"])
            #expect(await eventually(within: .seconds(30)) { Self.largest(in: site.disk / "tree") > 1 << 20 })
            site.server.stop()
            relay.resetAll()

            let status = await push.wait(within: .seconds(90))
            #expect(status == .exited(1) || status == .exited(3), "\(push.output) \(push.errors)")
            expectNothingHalfMade(local, site.disk / "tree")

            try await site.server.start()
            let second = try await site.syncctl(["push", "\(local)", url])
            #expect(second.status == .exited(0), "\(second.output) \(second.errors)")
            try expectEqual(local, site.disk / "tree", ignoring: [".syncctl-trash"])
            try await relay.stop()
        }

        /// The server's machine freezes: no byte, no FIN, no RST.
        @Test(arguments: [SiteKind.sftp, .ftp])
        func aFrozenServerIsAnErrorWithinTheTimeOut(_ kind: SiteKind) async throws {
            var site = try await RemoteSite(kind)
            site.extraOptions = ["timeout=2s", "connect_timeout=2s"]
            try SampleTree.writeBigFile(site.disk / "big.bin", bytes: Self.bytes)
            let mount = try await MountedFolder(site, at: "mount")
            try await mount.work { _ = try ($0 / "big.bin").status() }
            site.server.pause()

            let start = ContinuousClock.now
            for _ in 0..<3 {
                await #expect(throws: SystemError.self) {
                    _ = try await mount.work(within: .seconds(40)) { try ($0 / "big.bin").read() }
                }
            }
            #expect(ContinuousClock.now - start < .seconds(60))

            site.server.resume()
            let isBack = await eventually(within: .seconds(60)) {
                (try? await mount.work(within: .seconds(60)) { try ($0 / "big.bin").read().count }) == Self.bytes
            }
            #expect(isBack, "the mount recovers by itself: \(mount.errors)")
            try await mount.unmount()
        }

        /// A frozen server does not keep anybody from unmounting.
        @Test(arguments: [SiteKind.sftp, .ftp])
        func aFrozenServerIsLeftInTime(_ kind: SiteKind) async throws {
            var site = try await RemoteSite(kind)
            site.extraOptions = ["timeout=2s", "connect_timeout=2s"]
            let mount = try await MountedFolder(site, at: "mount")
            site.server.pause()
            let start = ContinuousClock.now
            let result = try await run(["fusermount3", "-u", site.workplace.folder("mount")], within: .seconds(20))
            #expect(result.succeeded, "\(result.errors)")
            #expect(await eventually(within: .seconds(30)) { mount.hasEnded })
            #expect(ContinuousClock.now - start < .seconds(40))
        }

        /// An upload through the mount that is cut: close or write says so, and the file is not there half.
        @Test(arguments: [SiteKind.sftp, .ftp, .ftps])
        func aCutUploadThroughTheMountIsReported(_ kind: SiteKind) async throws {
            let (site, relay) = try await relayedSite(kind)
            let mount = try await MountedFolder(site, at: "mount")
            try await mount.work { _ = try $0.names() }
            try await relay.refuse()
            relay.resetAll()
            await #expect(throws: SystemError.self) {
                try await mount.work(within: .seconds(60)) {
                    try ($0 / "lost").write(SampleTree.content(3 << 20, seed: 1))
                }
            }
            try await relay.listen()
            let content = SampleTree.content(3 << 20, seed: 2)
            let isWritten = await eventually(within: .seconds(60)) {
                (try? await mount.work(within: .seconds(60)) { try ($0 / "kept").write(content) }) != nil
            }
            #expect(isWritten, "\(mount.errors)")
            try await mount.unmount()
            #expect(try (site.disk / "kept").read() == content)
            try await relay.stop()
        }

        private func relayedSite(_ kind: SiteKind) async throws -> (RemoteSite, FaultRelay) {
            var site = try await RemoteSite(kind)
            let relay = try await FaultRelay(
                to: site.server.port, dataPorts: kind.isFTP ? site.server.passivePorts : nil)
            site.host = relay.host
            site.extraOptions = ["timeout=3s", "connect_timeout=3s"]
            return (site, relay)
        }

        /// Every file of the server's tree that has a name of the local one is whole.
        private func expectNothingHalfMade(_ local: DiskPath, _ remote: DiskPath) {
            guard let differences = try? TreeComparison.differences(local, remote, times: false) else {
                Issue.record("the trees cannot be compared")
                return
            }
            for line in differences { #expect(line.hasPrefix("only "), "\(line)") }
        }

        /// Size of the largest file in a folder, whatever its name.
        private static func largest(in folder: DiskPath) -> Int {
            let names = (try? folder.names()) ?? []
            return names.compactMap { try? Int((folder / $0).status().st_size) }.max() ?? 0
        }
    }
}
