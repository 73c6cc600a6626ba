import FaultInjection
import Glibc
import TestServers
import Testing

extension Scenarios {
    /// Big files on a long line, where an OpenSSH server gets them by several channels of one connection.
    @Suite(.timeLimit(.minutes(5)))
    struct BigFileScenarios {
        enum Server: String, CaseIterable, Sendable {
            case openSSH, proFTPD

            func start() async throws -> TestServer {
                switch self {
                case .openSSH: try await .openSSH()
                case .proFTPD: try await .proFTPDSFTP()
                }
            }
        }

        private static let bytes = 96 << 20

        /// A site on a line of 40 ms, and a folder with one big file.
        private func site(_ kind: Server) async throws -> (RemoteSite, FaultRelay, DiskPath) {
            var site = try await RemoteSite(.sftp, server: try await kind.start())
            let relay = try await FaultRelay(to: site.server.port, latency: .roundTrip(.milliseconds(40)))
            site.host = relay.host
            let local = site.workplace.path("local")
            try local.makeDirectory()
            try SampleTree.writeBigFile(local / "big", bytes: Self.bytes)
            try (local / "big").setModified(SampleTree.modified)
            return (site, relay, local)
        }

        private static func partialSize(_ folder: DiskPath) -> Int {
            let names = (try? folder.names()) ?? []
            return names.compactMap { try? Int((folder / $0).status().st_size) }.max() ?? 0
        }

        @Test(arguments: Server.allCases)
        func aPushThatIsKilledIsFinishedByTheNextOne(_ kind: Server) async throws {
            let (site, relay, local) = try await site(kind)
            let url = try site.makeRoot("tree")
            for limit in [10, 48, 64] {
                let push = try site.start(["push", "\(local)", url])
                #expect(
                    await eventually(within: .seconds(30)) {
                        Self.partialSize(site.disk / "tree") > limit << 20 || push.poll() != nil
                    })
                push.kill()
            }
            let last = try await site.syncctl(["push", "\(local)", url])
            #expect(last.status == .exited(0), "\(last.output) \(last.errors)")
            try expectEqual(local, site.disk / "tree")
            let again = try await site.syncctl(["push", "\(local)", url, "--json"])
            #expect(again.status == .exited(0), "\(again.output) \(again.errors)")
            #expect(relay.connections().peak <= 2)
            try await relay.stop()
        }

        @Test(arguments: Server.allCases)
        func aPushWhoseConnectionIsCutEndsWithTheRightContent(_ kind: Server) async throws {
            let (site, relay, local) = try await site(kind)
            let url = try site.makeRoot("tree")
            relay.inject(Fault(.reset, after: 20 << 20, .toServer))
            relay.inject(Fault(.close, after: 50 << 20, .toServer))
            let push = try await site.syncctl(["push", "\(local)", url])
            #expect(push.status == .exited(0), "\(push.output) \(push.errors)")
            try expectEqual(local, site.disk / "tree")
            try await relay.stop()
        }

        @Test(arguments: Server.allCases)
        func aCopyIntoAMountIsWholeWhileItIsRenamedAndReadBack(_ kind: Server) async throws {
            let (site, relay, local) = try await site(kind)
            let mount = try await MountedFolder(site, at: "mount")
            let content = try (local / "big").read()
            let half = content.count / 2
            let back = try await mount.work { root in
                let file = root / "first"
                return try file.open(O_RDWR | O_CREAT) { descriptor in
                    try DiskPath.writeAll(Array(content[..<half]), to: descriptor, at: 0, file)
                    try file.move(to: root / "second")
                    try DiskPath.writeAll(Array(content[half...]), to: descriptor, at: half, file)
                    return try (root / "second").read()
                }
            }
            // Arrays as long as these take swift-testing minutes to tell apart, and a loop over their bytes one.
            let isSame = back.count == content.count && memcmp(back, content, back.count) == 0
            #expect(isSame, "\(back.count) bytes")
            try await mount.unmount()
            let isWhole = try (site.disk / "second").read() == content
            #expect(isWhole)
            try await relay.stop()
        }
    }
}
