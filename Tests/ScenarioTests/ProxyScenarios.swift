import FaultInjection
import Glibc
import TestServers
import Testing

extension Scenarios {
    /// The commands through microsocks(1), which asks for a user and a password.
    @Suite(.timeLimit(.minutes(2)))
    struct ProxyScenarios {
        private static let password = "pr0xy-Secret"

        private func start() async throws -> (process: ChildProcess, port: Int) {
            // The kernel just gave it out and got it back.
            let holder = try await ScriptedServer { _ in }
            try await holder.stop()
            let process = try ChildProcess(
                ["microsocks", "-i", "127.0.0.1", "-p", "\(holder.port)", "-u", "me", "-P", Self.password])
            #expect(await eventually { Self.isListening(on: holder.port) }, "\(process.errors)")
            return (process, holder.port)
        }

        /// proc(5), /proc/net/tcp: state 0A on 127.0.0.1.
        private static func isListening(on port: Int) -> Bool {
            let table = (try? DiskPath("/proc/net/tcp").read()) ?? []
            let digits = String(port, radix: 16, uppercase: true)
            let place = "0100007F:" + String(repeating: "0", count: 4 - digits.count) + digits
            return String(decoding: table, as: UTF8.self).contains("\(place) 00000000:0000 0A")
        }

        @Test(arguments: [SiteKind.ftpesProFTPD, .sftp])
        func filesGoThroughTheProxy(_ kind: SiteKind) async throws {
            let proxy = try await start()
            var site = try await RemoteSite(kind)
            let secret = site.workplace.path("proxy password")
            let options = ["type=socks5", "host=127.0.0.1", "port=\(proxy.port)", "user=me", "password_file=\(secret)"]
            site.extraOptions = options.map { "proxy.\($0)" }
            try secret.write(Array(Self.password.utf8))
            try secret.call { chmod($0, 0o600) }
            let file = site.workplace.path("file")
            try file.write(SampleTree.content(100_000, seed: 3))
            let url = try site.makeRoot("in")
            let put = try await site.syncctl(["put", "\(file)", url, "-vvv"])
            #expect(put.status == .exited(0), "\(put.errors)")
            #expect(try (site.disk / "in" / "file").read() == SampleTree.content(100_000, seed: 3))
            #expect(put.errors.contains("through the proxy 127.0.0.1:\(proxy.port) (socks5)"), "\(put.errors)")
            #expect(!put.errors.contains(Self.password))
            let tunnels = proxy.process.errors.split(separator: "\n").count { $0.contains("connected to 127.0.0.1:") }
            #expect(tunnels >= (kind.isFTP ? 2 : 1), "\(proxy.process.errors)")

            try secret.write(Array("not the word".utf8))
            let refused = try await site.syncctl(["ls", url])
            #expect(refused.status == .exited(3))
            #expect(
                refused.errors.contains("the proxy 127.0.0.1:\(proxy.port) refuses the user or password"),
                "\(refused.errors)")
            #expect(!refused.errors.contains("not the word"))
            proxy.process.kill()
            let down = try await site.syncctl(["ls", url])
            #expect(down.status == .exited(3))
            #expect(down.errors.contains("the proxy of [remote.proxy] cannot be reached"), "\(down.errors)")
        }
    }
}
