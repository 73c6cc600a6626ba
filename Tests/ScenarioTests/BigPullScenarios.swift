import FaultInjection
import Glibc
import TestServers
import Testing

extension Scenarios {
    /// Big files from a server, which come over two connections where there are.
    @Suite(.timeLimit(.minutes(5)))
    struct BigPullScenarios {
        private static let bytes = 160 << 20

        /// A site behind a relay, whose folder "tree" has one big file, and an empty folder here.
        private func site(
            _ kind: BigFileScenarios.Server = .openSSH
        ) async throws -> (RemoteSite, FaultRelay, DiskPath, url: String) {
            var site = try await RemoteSite(.sftp, server: try await kind.start())
            let relay = try await FaultRelay(to: site.server.port)
            site.host = relay.host
            let url = try site.makeRoot("tree")
            let big = site.disk / "tree" / "big"
            try SampleTree.writeBigFile(big, bytes: Self.bytes)
            try big.give(to: site.server.ownerID)
            try big.setModified(SampleTree.modified)
            let local = site.workplace.path("local")
            try local.makeDirectory()
            return (site, relay, local, url)
        }

        private func expectPulled(_ result: CommandResult, _ local: DiskPath, _ site: RemoteSite) throws {
            #expect(result.status == .exited(0), "\(result.output) \(result.errors)")
            try expectEqual(local, site.disk / "tree")
        }

        @Test(arguments: BigFileScenarios.Server.allCases)
        func aBigFileComesOverTwoConnections(_ kind: BigFileScenarios.Server) async throws {
            let (site, relay, local, url) = try await site(kind)
            try expectPulled(try await site.syncctl(["pull", url, "\(local)"]), local, site)
            #expect(relay.connections().peak == 2)
            try await relay.stop()
        }

        @Test(arguments: [["-o", "max_connections=1"], ["--bwlimit", "500MiB"]])
        func orOverOne(_ options: [String]) async throws {
            let (site, relay, local, url) = try await site()
            try expectPulled(try await site.syncctl(["pull", url, "\(local)"] + options), local, site)
            #expect(relay.connections().peak == 1)
            try await relay.stop()
        }

        /// The partial file of each run that was killed is a beginning of the whole.
        @Test func aPullThatIsKilledIsFinishedByTheNextOne() async throws {
            let (site, relay, local, url) = try await site()
            let whole = try (site.disk / "tree" / "big").read()
            for limit in [20, 60, 100] {
                let pull = try site.start(["pull", url, "\(local)"])
                #expect(
                    await eventually(within: .seconds(30)) {
                        Self.partial(local).map { $0.size > limit << 20 } ?? false || pull.poll() != nil
                    })
                pull.kill()
                guard let partial = Self.partial(local) else { continue }
                let content = try partial.path.read()
                let isBeginning = content.count <= whole.count && memcmp(content, whole, content.count) == 0
                #expect(isBeginning, "\(content.count) bytes")
            }
            try expectPulled(try await site.syncctl(["pull", url, "\(local)"]), local, site)
            try await relay.stop()
        }

        private static func partial(_ folder: DiskPath) -> (path: DiskPath, size: Int)? {
            let names = (try? folder.names()) ?? []
            return names.compactMap { name in
                let path = folder / name
                return (try? Int(path.status().st_size)).map { (path, $0) }
            }.max { $0.1 < $1.1 }
        }

        @Test func aPullWhoseConnectionsAreCutEndsWithTheRightContent() async throws {
            let (site, relay, local, url) = try await site()
            relay.inject(Fault(.reset, after: 20 << 20, .toClient))
            relay.inject(Fault(.close, after: 30 << 20, .toClient))
            try expectPulled(try await site.syncctl(["pull", url, "\(local)"]), local, site)
            try await relay.stop()
        }

        @Test func oneOfTwoSessionsIsGivenToAnotherProgram() async throws {
            var (site, relay, local, url) = try await site()
            site.extraOptions = ["max_connections=2"]
            let pull = try site.start(["pull", url, "\(local)"])
            #expect(await eventually(within: .seconds(30)) { relay.connections().peak == 2 || pull.poll() != nil })
            let list = try await site.syncctl(["ls", url], within: .seconds(30))
            #expect(list.status == .exited(0) && list.output.contains("big"), "\(list.output) \(list.errors)")
            #expect(await eventually(within: .seconds(60)) { pull.poll() != nil })
            #expect(pull.poll() == .exited(0), "\(pull.errors)")
            try expectEqual(local, site.disk / "tree")
            #expect(relay.connections().peak <= 2)
            try await relay.stop()
        }
    }
}
