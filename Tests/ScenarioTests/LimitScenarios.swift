import FaultInjection
import TestServers
import Testing

extension Scenarios {
    /// `max_connections` holds for everything on the machine that talks to one server.
    @Suite(.timeLimit(.minutes(5)))
    struct LimitScenarios {
        /// 64 readers and writers on two mounts, and a push, share three sessions; the relay before the server counts.
        @Test(arguments: [SiteKind.sftp, .ftp, .ftpesProFTPD])
        func threeSessionsServeTwoMountsAndAPush(_ kind: SiteKind) async throws {
            var site = try await RemoteSite(kind)
            let relay = try await FaultRelay(
                to: site.server.port, dataPorts: kind.isFTP ? site.server.passivePorts : nil)
            site.host = relay.host
            site.extraOptions = ["max_connections=3"]
            try prepare(site)

            let one = try await MountedFolder(site, at: "one")
            let other = try await MountedFolder(site, at: "two")
            let local = site.workplace.path("local")
            try SampleTree(files: 100, bigFile: 2 << 20).build(at: local)
            let url = try site.makeRoot("pushed")

            try await withThrowingTaskGroup { group in
                for lane in 0..<64 {
                    let mount = lane % 2 == 0 ? one : other
                    group.addTask { try await Self.readAndWrite(lane, on: mount) }
                }
                group.addTask { [site] in
                    let result = try await site.syncctl(["push", "\(local)", url], within: .seconds(180))
                    #expect(result.status == .exited(0), "\(result.output) \(result.errors)")
                }
                try await group.waitForAll()
            }

            #expect(relay.connections().peak <= 3)
            #expect(relay.connections().total > 0)
            try await one.unmount()
            try await other.unmount()
            try expectEqual(local, site.disk / "pushed")
            for lane in 0..<64 {
                #expect(try (site.disk / "written \(lane)").read() == Self.content(of: lane))
            }
            try await relay.stop()
        }

        /// A server that takes fewer than we are allowed to open: everything finishes on what it takes.
        @Test func aSmallerLimitOfTheServerIsLearned() async throws {
            let server = try await TestServer.proFTPD(maxClients: 2)
            var site = try await RemoteSite(.ftp, server: server)
            site.extraOptions = ["max_connections=10"]
            let local = site.workplace.path("local")
            try SampleTree(files: 80, bigFile: 0).build(at: local)
            let url = try site.makeRoot("pushed")
            let result = try await site.syncctl(["push", "\(local)", url], within: .seconds(120))
            #expect(result.status == .exited(0), "\(result.output) \(result.errors)")
            try expectEqual(local, site.disk / "pushed")
        }

        private static func content(of lane: Int) -> [UInt8] { SampleTree.content(40_000 + lane * 700, seed: lane) }

        private func prepare(_ site: RemoteSite) throws {
            for lane in 0..<64 {
                try (site.disk / "given \(lane)").write(Self.content(of: lane + 100))
            }
        }

        private static func readAndWrite(_ lane: Int, on mount: MountedFolder) async throws {
            let isEqual = try await mount.work(within: .seconds(180)) { root in
                try (root / "written \(lane)").write(content(of: lane))
                return try (root / "given \(lane)").read() == content(of: lane + 100)
            }
            #expect(isEqual, "lane \(lane)")
        }
    }
}
