import FaultInjection
import Glibc
import TestServers
import Testing

extension Scenarios {
    /// What is sent and received can be read, each for itself, and no secret with it.
    @Suite(.timeLimit(.minutes(3)))
    struct WireLogScenarios {
        /// Lines on standard error that speak of one direction.
        private func lines(_ text: String, _ sign: String) -> [Substring] {
            text.split(separator: "\n").filter { $0.contains("wire: #") && $0.contains(" \(sign) ") }
        }

        @Test(arguments: [SiteKind.ftp, .ftpesProFTPD, .sftp])
        func threeTimesVerboseShowsTheDialogueWithoutThePassword(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let password = try #require(site.password)
            let local = site.workplace.path("local")
            try local.makeDirectory()
            try (local / "report.txt").write(Array("content".utf8))
            try (local / "report.txt").setModified(SampleTree.modified)
            let result = try await site.syncctl(["push", "\(local)", try site.makeRoot("tree"), "-vvv"])
            #expect(result.status == .exited(0), "\(result.errors)")
            let (sent, received) = (lines(result.errors, ">"), lines(result.errors, "<"))
            for word in kind == .sftp
                ? ["log in as \(site.server.user) with password", "SSH-2.0-libssh2", "OPEN ", "report.txt", "WRITE 0x"]
                : ["USER \(site.server.user)", "PASS ••••", "STOR /", "report.txt"]
            {
                #expect(sent.contains { $0.contains(word) }, "\(word) in \(result.errors)")
            }
            for word in kind == .sftp
                ? ["SSH-2.0-OpenSSH", "host key ssh-ed25519 SHA256:", "password: accepted", "HANDLE 0x", "STATUS 0"]
                : ["220 ", "331 ", "230 ", "226 "]
            {
                #expect(received.contains { $0.contains(word) }, "\(word) in \(result.errors)")
            }
            let agreed = lines(result.errors, "*")
            let word =
                kind == .sftp ? "key exchange " : kind == .ftp ? "data connection to 127.0.0.1:" : "TLSv1.3, TLS_"
            #expect(agreed.contains { $0.contains(word) }, "\(result.errors)")
            #expect(!(result.output + result.errors).contains(password))
            #expect(try SecretSearch.files(holding: password, below: site.workplace.path("")) == [])
        }

        @Test(arguments: [SiteKind.ftp, .sftp])
        func theDirectionsAreSwitchedApart(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let sent = try await site.syncctl(["ls", site.url, "-o", "log.sent=true"])
            #expect(!lines(sent.errors, ">").isEmpty && lines(sent.errors, "<").isEmpty, "\(sent.errors)")
            let received = try await site.syncctl(["ls", site.url, "-o", "log.received=true"])
            #expect(lines(received.errors, ">").isEmpty && !lines(received.errors, "<").isEmpty, "\(received.errors)")
            let neither = try await site.syncctl(["ls", site.url, "-vv"])
            #expect(neither.errors.isEmpty, "\(neither.errors)")
        }

        /// The definition's [log] goes to the file of a mount in the background; no process shows the password.
        @Test(arguments: [SiteKind.ftp, .sftp])
        func aMountInTheBackgroundWritesToItsFile(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let password = try #require(site.password)
            let secret = try TemporaryFolder()
            try DiskPath(secret("password")).write(Array("\(password)\n".utf8))
            try DiskPath(secret("password")).call { chmod($0, 0o600) }
            let folder = site.workplace.folder("mount")
            try DiskPath(folder).makeDirectory()
            try site.workplace.define(
                "mounts.d/logged.toml",
                """
                [remote]
                url = "\(site.url)"
                [remote.auth]
                password_file = "\(secret("password"))"
                [mount]
                mountpoint = "\(folder)"
                [log]
                level = "warning"
                sent = true
                received = true
                """)
            let mounted = try await site.workplace.syncctl(
                ["mount", "logged", "--config", site.workplace.folder("definitions")] + site.options)
            #expect(mounted.status == .exited(0), "\(mounted.errors)")
            #expect(try SecretSearch.commandLines(holding: password, and: folder) == [])
            let unmounted = try await site.workplace.syncctl(["unmount", folder], within: .seconds(30))
            #expect(unmounted.status == .exited(0), "\(unmounted.errors)")
            MountedFolder.detach(folder)
            let log = String(
                decoding: try (site.workplace.path("state") / "log" / "mount-logged.log").read(),
                as: UTF8.self)
            #expect(!lines(log, ">").isEmpty && !lines(log, "<").isEmpty, "\(log)")
            #expect(try SecretSearch.files(holding: password, below: site.workplace.path("")) == [])
        }

        /// The words of a server that repeats the password reach neither log nor error.
        @Test func aServerThatEchoesThePassword() async throws {
            let password = "Gr3at-Secret"
            var dialect = FTPDialect()
            dialect.answers["PASS"] = "530 'PASS \(password)' is not the password of me\r\n"
            let server = try await ScriptedServer(dialect.serve)
            let workplace = try Workplace()
            let url = "ftp://me@127.0.0.1:\(server.port)/"
            for command in [
                ["ls", url], ["test", url], ["test", url, "--json"], ["push", workplace.folder(""), url],
            ] {
                let result = try await workplace.syncctl(
                    command + ["-vvv", "-o", "tls.mode=never"], password: password, within: .seconds(20))
                #expect(result.status == .exited(3), "\(result.errors)")
                #expect((result.output + result.errors).contains("'PASS ••••' is not the password"), "\(result.errors)")
                #expect(!(result.output + result.errors).contains(password))
            }
            #expect(try SecretSearch.files(holding: password, below: workplace.path("")) == [])
            #expect(server.received.contains("PASS \(password)"))
            try await server.stop()
        }

        /// Escape sequences of a server do not reach the terminal, and endless words have an end.
        @Test func aServerWithEscapeSequences() async throws {
            var dialect = FTPDialect()
            dialect.greeting = "220 \u{1B}[2J\u{7}hello \(String(repeating: "x", count: 5000))\r\n"
            let server = try await ScriptedServer(dialect.serve)
            let result = try await Workplace().syncctl(
                ["ls", "ftp://me@127.0.0.1:\(server.port)/", "-vvv", "-o", "tls.mode=never"], password: "secret",
                within: .seconds(20))
            #expect(result.errors.contains("220 \\x1B[2J\\x07hello xxx"), "\(result.errors)")
            #expect(!result.errors.contains("\u{1B}"))
            #expect(result.errors.split(separator: "\n").allSatisfy { $0.count < 1200 })
            try await server.stop()
        }
    }
}
