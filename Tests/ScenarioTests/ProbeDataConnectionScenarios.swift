import TestServers
import Testing

extension Scenarios.ProbeScenarios {
    /// A server that no passive data connection leads to, and what its definition has to say.
    struct BlockedServer: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let mode: String
        let tls: ServerTLS
        let options: PyFTPdOptions

        init(_ description: String, _ mode: String, _ tls: ServerTLS, _ change: (inout PyFTPdOptions) -> Void) {
            testDescription = description
            self.mode = mode
            self.tls = tls
            var options = PyFTPdOptions()
            change(&options)
            self.options = options
        }

        static let all = [
            BlockedServer("no EPSV, no PASV", "eprt", .none) { $0.without = ["EPSV", "PASV"] },
            BlockedServer("no EPSV, no PASV, no EPRT", "port", .explicit) { $0.without = ["EPSV", "PASV", "EPRT"] },
            BlockedServer("passive ports behind a firewall", "eprt", .none) {
                $0.answers["EPSV"] = "229 Entering extended passive mode (|||1|)."
                $0.answers["PASV"] = "227 Entering passive mode (127,0,0,1,0,1)."
            },
        ]
    }

    @Test(arguments: BlockedServer.all)
    func aServerWithBlockedPassivePortsIsUsedActively(_ blocked: BlockedServer) async throws {
        let server = try await TestServer.pyftpdlib(blocked.options, tls: blocked.tls)
        let site = try await RemoteSite(blocked.tls == .none ? .ftp : .ftpesProFTPD, server: server)
        let config = site.workplace.folder("config")
        let found = try await probe(site, ["--sessions", "2", "--write", "found"])
        let text = String(decoding: try DiskPath(config + "/mounts.d/found.toml").read(), as: UTF8.self)
        #expect(found.status == .exited(0), "\(found.errors)")
        #expect(text.contains("data_connection = \"\(blocked.mode)\"\n"), "\(text)\(found.errors)")
        let check = try await site.workplace.syncctl(["check", "--config", config])
        #expect(check.status == .exited(0), "\(check.output)\(check.errors)")
        let test = try await site.workplace.syncctl(["test", "found", "--config", config], password: server.password)
        #expect(test.status == .exited(0), "\(test.output)\(test.errors)")
        #expect(try site.disk.names() == [])
    }

    /// EPSV, PASV, EPRT and PORT on one; the measuring and the counting have one each.
    @Test func theKindsOfDataConnectionShareALogin() async throws {
        let site = try await RemoteSite(.ftp, server: try await TestServer.pyftpdlib())
        let found = try await probe(site, ["--sessions", "1"])
        #expect(found.status == .exited(0), "\(found.errors)")
        let log = site.server.log()
        for command in ["<- EPSV", "<- PASV", "<- EPRT", "<- PORT"] { #expect(log.contains(command), "\(log)") }
        #expect(log.split(separator: "\n").count { $0.contains("-> 230 ") } == 3, "\(log)")
    }
}
