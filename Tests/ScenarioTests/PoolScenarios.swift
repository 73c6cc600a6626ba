import FaultInjection
import Foundation
import TestServers
import Testing

extension Scenarios {
    /// What programs that talk to one server know of each other.
    @Suite(.timeLimit(.minutes(5)))
    struct PoolScenarios {
        // MARK: - Refused logins

        @Test(arguments: [SiteKind.sftp, .ftp, .ftpesVSFTPD])
        func aWrongPasswordIsTriedOnceByAllPrograms(_ kind: SiteKind) async throws {
            var site = try await RemoteSite(kind)
            let url = try site.makeRoot("tree")
            let right = site.password
            site.password = "not the password"
            for _ in 0..<2 {
                let result = try await site.syncctl(["ls", url])
                #expect(result.status == .exited(3), "\(result.errors)")
            }
            let local = site.workplace.path("local")
            try local.makeDirectory()
            let push = try await site.syncctl(["push", "\(local)", url, "--json"])
            #expect(push.status == .exited(3), "\(push.output) \(push.errors)")
            #expect(try RunSummary(push.output).statusCode == (kind.isFTP ? "FTP_LOGIN_FAILED" : "SFTP_LOGIN_FAILED"))
            let words = push.output + push.errors
            #expect(words.contains("syncctl test") && words.contains("since"), "\(words)")
            #expect(Self.logins(site) == 1)

            _ = try await site.syncctl(["test", url])
            #expect(await eventually { Self.logins(site) == 2 }, "a test tries at once: \(site.server.log())")
            try Self.expectNoTrace(of: "not the password", in: site.workplace)

            site.password = right
            let good = try await site.syncctl(["ls", url])
            #expect(good.status == .exited(0), "a corrected password has to work at once: \(good.errors)")
            try Self.expectNoTrace(of: right ?? "?", in: site.workplace)
        }

        /// Lines of the server's log about one refused login each.
        private static func logins(_ site: RemoteSite) -> Int {
            let marks = ["Failed password", "FAIL LOGIN", "\"PASS (hidden)\" 530"]
            return site.server.log().split(whereSeparator: \.isNewline).count { line in
                marks.contains { line.contains($0) }
            }
        }

        private static func expectNoTrace(of secret: String, in workplace: Workplace) throws {
            let state = workplace.folder("state")
            let names = FileManager.default.enumerator(atPath: state)?.allObjects as? [String] ?? []
            #expect(names.contains { $0.hasPrefix("servers/") && $0.hasSuffix(".json") }, "\(names)")
            for name in names {
                guard let content = FileManager.default.contents(atPath: "\(state)/\(name)") else { continue }
                #expect(content.range(of: Data(secret.utf8)) == nil, "\(name) holds the password")
            }
        }

        // MARK: - The server's own limit

        enum LimitedServer: String, Sendable, CaseIterable {
            case proFTPD, vsftpd, pureFTPd

            func start() async throws -> TestServer {
                switch self {
                case .proFTPD: try await .proFTPD(maxClients: 4)
                case .vsftpd: try await .vsftpd(maxPerAddress: 4)
                case .pureFTPd: try await .pureFTPd(maxPerAddress: 4)
                }
            }

            /// What the server's log says of a refused session; nil where it has none.
            var refusal: String? {
                switch self {
                case .proFTPD: "\"PASS (hidden)\" 530"
                case .vsftpd: "\"421 "
                case .pureFTPd: nil
                }
            }
        }

        /// The server grants four sessions and we may open 25: all arrives, and the second run knows better.
        @Test(arguments: LimitedServer.allCases)
        func theLimitOfTheServerIsLearnedOnce(_ limited: LimitedServer) async throws {
            let server = try await limited.start()
            var site = try await RemoteSite(.ftp, server: server)
            site.extraOptions = ["max_connections=25", "max_upload_streams=25"]
            let local = site.workplace.path("local")
            try Self.buildPlainFiles(500, at: local)

            let first = try await push(local, to: "first", site)
            if limited.refusal != nil { #expect((1...6).contains(refusals(limited, server)), "\(server.log())") }
            #expect(first > 4, "no more than four sessions were tried")
            let before = refusals(limited, server)
            #expect(await eventually { server.sessions() == 0 })
            let second = try await push(local, to: "second", site)
            #expect(second == 4, "\(second) sessions at once in the second run")
            #expect(refusals(limited, server) == before)
        }

        /// Names that every server can store.
        private static func buildPlainFiles(_ count: Int, at root: DiskPath) throws {
            try root.makeDirectory()
            for number in 0..<count {
                let folder = root / "folder \(number / 100)"
                try folder.makeDirectoryIfMissing()
                try (folder / "file \(number)").write(SampleTree.content(number * 7, seed: number))
                try (folder / "file \(number)").setModified(SampleTree.modified)
            }
        }

        /// - Returns: the most sessions there were at once, refused ones counted.
        private func push(_ local: DiskPath, to name: String, _ site: RemoteSite) async throws -> Int {
            let relay = try await FaultRelay(to: site.server.port, dataPorts: site.server.passivePorts)
            var site = site
            site.host = relay.host
            let result = try await site.syncctl(["push", "\(local)", try site.makeRoot(name)])
            #expect(result.status == .exited(0), "\(result.output) \(result.errors)")
            try expectEqual(local, site.disk / name)
            try await relay.stop()
            return relay.connections().peak
        }

        private func refusals(_ limited: LimitedServer, _ server: TestServer) -> Int {
            guard let words = limited.refusal else { return 0 }
            return server.log().split(whereSeparator: \.isNewline).count { $0.contains(words) }
        }

        // MARK: - Many programs

        /// Two mounts, a push and listings, under different names for the same server, share three sessions; one mount
        /// is killed while it holds some, and the rest goes on.
        @Test(arguments: [SiteKind.sftp, .ftp, .ftpesProFTPD])
        func programsShareTheCapAndAKilledOneLeavesNothingTaken(_ kind: SiteKind) async throws {
            var site = try await RemoteSite(kind)
            let relay = try await FaultRelay(
                to: site.server.port, dataPorts: kind.isFTP ? site.server.passivePorts : nil)
            site.host = relay.host
            site.extraOptions = ["max_connections=3"]
            let local = site.workplace.path("local")
            try SampleTree(files: 120, bigFile: 4 << 20).build(at: local)
            let url = try site.makeRoot("pushed")
            // TLS if available or demanded: one port, one account, one server.
            let other = kind == .ftpesProFTPD ? url.replacing("ftpes://", with: "ftp://") : url
            let doomed = try await MountedFolder(site, at: "doomed")
            let mount = try await MountedFolder(site, at: "mount")
            try keepBusy(doomed)

            try await withThrowingTaskGroup { group in
                group.addTask { [site] in
                    let result = try await site.syncctl(["push", "\(local)", other], within: .seconds(90))
                    #expect(result.status == .exited(0), "\(result.output) \(result.errors)")
                }
                group.addTask {
                    for lane in 0..<8 {
                        try await mount.work { root in
                            try (root / "from mount \(lane)").write([UInt8](repeating: 7, count: 90_000))
                        }
                    }
                }
                group.addTask { [site] in
                    for round in 0..<4 {
                        let start = ContinuousClock.now
                        let result = try await site.syncctl(["ls", url], within: .seconds(60))
                        #expect(result.status == .exited(0), "\(result.errors)")
                        #expect(ContinuousClock.now - start < .seconds(20), "a listing starved")
                        guard round == 1 else { continue }
                        #expect(relay.connections().peak <= 3)
                        doomed.kill()
                    }
                }
                try await group.waitForAll()
            }
            // The relay, as a server would, hears of the end of the killed sessions some time after it.
            #expect(relay.connections().peak <= 6 && relay.connections().total > 3)
            #expect(await eventually { relay.connections().current <= 3 })
            try expectEqual(local, site.disk / "pushed")
            try await mount.unmount()
            try await relay.stop()
        }

        /// Readers and writers that end when their mount does.
        private func keepBusy(_ mount: MountedFolder) throws {
            for lane in 0..<6 {
                Task {
                    try? await mount.work(within: .seconds(60)) { root in
                        for round in 0..<1_000 {
                            try (root / "busy \(lane)").write([UInt8](repeating: UInt8(lane), count: 50_000 + round))
                        }
                    }
                }
            }
        }
    }
}
