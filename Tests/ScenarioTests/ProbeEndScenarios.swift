import FaultInjection
import Glibc
import TestServers
import Testing

extension Scenarios.ProbeScenarios {
    @Test func theIdleTimeoutIsFound() async throws {
        let site = try await RemoteSite(.ftp, server: try await TestServer.proFTPD(extra: ["TimeoutIdle 2"]))
        let found = try await probe(site, ["--sessions", "1", "--idle", "20"])
        #expect(found.status == .exited(0), "\(found.errors)")
        let seconds = (2...4).filter { found.errors.contains("hangs up after \($0) s of silence\n") }
        #expect(seconds.count == 1, "\(found.errors)")
    }

    @Test func aServerThatOutlastsTheWaitHasNoIdleTimeout() async throws {
        let site = try await RemoteSite(.sftp)
        let found = try await probe(site, ["--sessions", "1", "--idle", "1"])
        #expect(found.status == .exited(0) && !found.errors.contains("hangs up"), "\(found.errors)")
    }

    /// Broken off as soon as the folder is there, on a slow line: its answer is still under way then.
    @Test(arguments: [SiteKind.sftp, .ftp])
    func anInterruptedProbeLeavesNothing(_ kind: SiteKind) async throws {
        var site = try await RemoteSite(kind, server: kind.isFTP ? .pyftpdlib() : .openSSH())
        let relay = try await FaultRelay(
            to: site.server.port, dataPorts: kind.isFTP ? site.server.passivePorts : nil,
            latency: .roundTrip(.milliseconds(60)))
        site.host = relay.host
        let before = try site.disk.names().map { String(decoding: $0, as: UTF8.self) }
        let process = try site.start([
            "probe", site.host, "--port", "\(site.server.port)", "--user", site.server.user, "--folder",
            site.server.rootOnServer, "-o", "connect_timeout=1s", "-o", "timeout=2s",
        ])
        let isMeasuring = await eventually(within: .seconds(30)) {
            ((try? site.disk.names()) ?? []).contains { String(decoding: $0, as: UTF8.self).contains("syncctl-probe") }
        }
        #expect(isMeasuring, "\(process.output)\(process.errors)")
        process.signal(SIGINT)
        #expect(await process.wait(within: .seconds(20)) == .exited(130), "\(process.output)\(process.errors)")
        let names = try site.disk.names().map { String(decoding: $0, as: UTF8.self) }
        #expect(names == before, "\(process.errors)")
        #expect(process.output.isEmpty)
        try await relay.stop()
    }
}
