import FaultInjection
import Glibc
import TestServers
import Testing

extension Scenarios {
    /// `syncctl test`: every step of a server that works; for one that does not, the step, the status code, the exit
    /// code, and a sentence that names the remedy.
    @Suite(.timeLimit(.minutes(5)))
    struct ConnectionTestScenarios {
        @Test(arguments: SiteKind.allCases)
        func aServerThatWorks(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let result = try await site.syncctl(["test", try site.makeRoot("tree"), "--json"])
            let output = try TestOutput(result)
            #expect(result.status == .exited(0) && output["status_code"] == "OK", "\(result.output)\(result.errors)")
            // ftp:// asks for TLS as well, and goes on when there is none.
            let encrypted = kind == .ftps ? ["tls", "greeting"] : ["greeting", "tls"]
            let login = kind.isFTP ? encrypted + ["login"] : ["host-key", "login", "sftp"]
            let work = ["folder"] + (kind.isFTP ? ["data"] : []) + ["list", "upload", "download", "delete"]
            #expect(output.names == ["resolve", "connect"] + login + work)
            #expect(output.steps.allSatisfy { $0.isOK })
            #expect(try (site.disk / "tree").names().isEmpty)
            try checkFacts(output, kind)
        }

        private func checkFacts(_ output: TestOutput, _ kind: SiteKind) throws {
            #expect(output.step("connect")?.facts.first?.hasPrefix("127.0.0.1:") == true)
            guard kind.isFTP else {
                let facts = try #require(output.step("host-key")).facts.joined(separator: " ")
                return #expect(facts.contains("SSH-2.0-OpenSSH") && facts.contains("ssh-ed25519 SHA256:"), "\(facts)")
            }
            for (step, code) in [
                ("greeting", "220"), ("login", "230"), ("folder", "250"), ("list", "226"), ("upload", "226"),
            ] {
                #expect(output.step(step)?.reply?.hasPrefix(code) == true, "\(step): \(output.step(step)?.reply ?? "")")
            }
            let tls = try #require(output.step("tls")).facts.joined(separator: " ")
            guard kind != .ftp else { return #expect(tls.contains("not encrypted")) }
            #expect(tls.contains("TLSv1.") && tls.contains("CN=localhost"), "\(tls)")
            #expect(output.step("data")?.facts.contains("session resumed") == true)
        }

        @Test func theTableIsForPeople() async throws {
            let site = try await RemoteSite(.ftpesProFTPD)
            let result = try await site.syncctl(["test", try site.makeRoot("tree")])
            #expect(result.status == .exited(0) && result.errors.isEmpty, "\(result.errors)")
            let lines = result.output.split(separator: "\n")
            #expect(
                lines.contains { $0.hasPrefix("upload    ok") && $0.contains("226 Transfer complete") },
                "\(result.output)")
            #expect(lines.last?.hasSuffix("everything works") == true)
        }

        // MARK: - Before the login

        @Test func aNameThatNobodyKnows() async throws {
            let site = try await RemoteSite(.ftp)
            try await fails(site, "ftp://me@no-such-host.invalid/", "resolve", "FTP_CONNECTION_TIMEOUT", "host name")
        }

        @Test(arguments: [SiteKind.ftp, .sftp])
        func aRefusedPort(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            site.server.stop()
            try await fails(site, site.url, "connect", timeout(kind), "port")
        }

        @Test func aFrozenServer() async throws {
            var site = try await RemoteSite(.ftp)
            site.extraOptions = ["timeout=1s"]
            site.server.pause()
            defer { site.server.resume() }
            try await fails(site, site.url, "greeting", "FTP_CONNECTION_TIMEOUT", "ftps://")
        }

        @Test func sshOnTheFTPPort() async throws {
            let site = try await RemoteSite(.sftp)
            let url = "ftp://me@127.0.0.1:\(site.server.port)/"
            try await fails(site, url, "greeting", "FTP_CONNECTION_TIMEOUT", "sftp://")
        }

        @Test func ftpOnTheSSHPort() async throws {
            let site = try await RemoteSite(.ftp)
            let url = "sftp://me@127.0.0.1:\(site.server.port)/"
            try await fails(site, url, "host-key", "SFTP_CONNECTION_TIMEOUT", "FTP")
        }

        @Test func aWebServer() async throws {
            let web = try await ScriptedServer { session in
                _ = try await session.line()
                try await session.send("HTTP/1.1 400 Bad Request\r\n\r\n")
            }
            let site = try await RemoteSite(.sftp)
            try await fails(
                site, "sftp://me@127.0.0.1:\(web.port)/", "host-key", "SFTP_CONNECTION_TIMEOUT", "web server")
        }

        @Test func tlsThatIsNotSpoken() async throws {
            let site = try await RemoteSite(.ftp)
            let address = "me@127.0.0.1:\(site.server.port)/"
            try await fails(site, "ftps://" + address, "tls", "FTP_CONNECTION_TIMEOUT", "ftpes://")
            try await fails(site, "ftpes://" + address, "tls", "FTP_CONNECTION_TIMEOUT", "does not offer TLS")
        }

        @Test func implicitTLSSpokenToInClear() async throws {
            var site = try await RemoteSite(.ftps)
            site.extraOptions = ["timeout=1s"]
            let url = "ftpes://\(site.server.user)@127.0.0.1:\(site.server.port)/"
            try await fails(site, url, "greeting", "FTP_CONNECTION_TIMEOUT", "ftps://")
        }

        @Test(arguments: [CertificateKind.expired, .selfSigned])
        func anUntrustedCertificate(_ certificate: CertificateKind) async throws {
            let server = try await TestServer.proFTPD(tls: .explicit, certificate: certificate)
            let site = try await RemoteSite(.ftpesProFTPD, server: server)
            try await fails(site, site.url, "tls", "FTP_CONNECTION_TIMEOUT", "syncctl trust")
        }

        @Test func anUnknownHostKey() async throws {
            let site = try await RemoteSite(.sftp)
            try DiskPath(#require(site.server.knownHostsFile)).write([])
            try await fails(site, site.url, "host-key", "SFTP_CONNECTION_TIMEOUT", "syncctl trust")
        }

        // MARK: - Login

        @Test(arguments: [SiteKind.sftp, .ftp])
        func aWrongPassword(_ kind: SiteKind) async throws {
            var site = try await RemoteSite(kind)
            site.password = "not the password"
            let code = kind.isFTP ? "FTP_LOGIN_FAILED" : "SFTP_LOGIN_FAILED"
            try await fails(site, site.url, "login", code, "password")
        }

        @Test func anRSAKeyThatTheLibraryCannotUse() async throws {
            let folder = try TemporaryFolder()
            let key = try await SSHKeys(type: "rsa", at: folder("rsa"))
            let server = try await TestServer.openSSH(password: false, authorizedKeys: [key.publicKey])
            var site = try await RemoteSite(.sftp, server: server)
            site.password = "unused"
            site.extraOptions = ["auth.identity_files=\(key.privateKeyFile)"]
            let output = try TestOutput(try await site.syncctl(["test", site.url, "--json"]))
            // libssh2 1.11 signs with RSA as servers want it.
            guard output["status_code"] != "OK" else { return }
            try await fails(site, site.url, "login", "SFTP_LOGIN_FAILED", "ed25519")
        }

        @Test func oneSessionTooMany() async throws {
            let server = try await TestServer.vsftpd(maxPerAddress: 1)
            let site = try await RemoteSite(.ftp, server: server)
            let holder = try ChildProcess([
                "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/\(server.port); read -u 3 line; echo held; exec sleep 60",
            ])
            defer { holder.kill() }
            #expect(await eventually { holder.output.contains("held") })
            try await fails(site, site.url, "greeting", "FTP_CONNECTION_TIMEOUT", "max_connections")
        }

        // MARK: - Work

        @Test(arguments: [SiteKind.ftp, .sftp])
        func aMissingFolder(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let code = kind.isFTP ? "INCORRECT_FTP_FOLDER" : "INCORRECT_SFTP_FOLDER"
            try await fails(site, site.url(below: "no such folder"), "folder", code, "create the folder")
        }

        @Test func passivePortsThatAreBlocked() async throws {
            var site = try await RemoteSite(.ftpesProFTPD)
            let relay = try await FaultRelay(to: site.server.port)
            site.host = relay.host
            try await fails(site, site.url, "data", "FTP_PASV_FAILED", "passive ports")
            try await relay.stop()
        }

        @Test func anAddressBehindNAT() async throws {
            let server = try await TestServer.vsftpd(extra: ["pasv_address=127.0.0.9"])
            var site = try await RemoteSite(.ftp, server: server)
            site.extraOptions = ["ftp.data_connection=pasv", "ftp.fix_passive_address=never"]
            try await fails(site, site.url, "data", "FTP_PASV_FAILED", "fix_passive_address")
        }

        @Test func aFolderThatMayOnlyBeRead() async throws {
            for kind in [SiteKind.ftp, .sftp, .ftpesVSFTPD] {
                let site = try await RemoteSite(kind)
                // Its owner is who runs the tests.
                try (site.disk / "tree").makeDirectory()
                let url = site.url(below: "tree")
                if site.server.ownerID == getuid() { return }
                try await fails(site, url, "upload", "UPLOAD_FAILED", "--read-only")
                let result = try await site.syncctl(["test", url, "--read-only"])
                #expect(result.status == .exited(0), "\(result.output)\(result.errors)")
            }
        }

        @Test func aQuota() async throws {
            let tables = try TemporaryFolder()
            let server = try await TestServer.proFTPD(extra: [
                "LoadModule mod_quotatab.c", "LoadModule mod_quotatab_file.c", "QuotaEngine on",
                "QuotaLimitTable file:\(tables("limit"))", "QuotaTallyTable file:\(tables("tally"))",
            ])
            for type in ["limit", "tally"] {
                try await quota(["--create-table", "--type=\(type)", "--table-path=\(tables(type))"])
            }
            try await quota([
                "--add-record", "--type=limit", "--table-path=\(tables("limit"))", "--name=\(server.user)",
                "--quota-type=user", "--limit-type=hard", "--bytes-upload=10",
            ])
            let site = try await RemoteSite(.ftp, server: server)
            try await fails(site, site.url, "upload", "UPLOAD_FAILED", "quota")
        }

        private func quota(_ arguments: [String]) async throws {
            let result = try await run(["/usr/sbin/ftpquota"] + arguments)
            #expect(result.succeeded, "\(result.output)\(result.errors)")
        }

        /// What a middlebox between the two data connections makes of them.
        @Test(arguments: [[:], ["SIZE": "213 0\r\n"]])
        func anUploadThatArrivesEmpty(_ answers: [String: String]) async throws {
            var dialect = FTPDialect()
            dialect.answers = answers
            dialect.otherFiles = []
            let server = try await ScriptedServer(dialect.serve)
            let site = try await RemoteSite(.ftp)
            try await fails(
                site, "ftp://me@127.0.0.1:\(server.port)/", "download", "UPLOAD_FAILED", "did not store")
        }

        @Test func aFileThatMayNotBeDeleted() async throws {
            let server = try await TestServer.proFTPD(extra: ["<Limit DELE>", "DenyAll", "</Limit>"])
            let site = try await RemoteSite(.ftp, server: server)
            let url = try site.makeRoot("tree")
            try await fails(site, url, "delete", "UPLOAD_FAILED", "by hand", leavesNothing: false)
            let name = try #require(try (site.disk / "tree").names().first)
            let output = try TestOutput(try await site.syncctl(["test", url, "--json"]))
            #expect(output["left_behind"]?.hasPrefix("/tree/.syncctl-test.") == true)
            #expect(String(decoding: name, as: UTF8.self).hasPrefix(".syncctl-test."))
        }

        @Test func anInterruptedTestLeavesNothing() async throws {
            var site = try await RemoteSite(.ftp)
            let url = try site.makeRoot("tree")
            let relay = try await FaultRelay(to: site.server.port, dataPorts: site.server.passivePorts)
            site.host = relay.host
            // The listing sends nothing that way, so the upload is what stalls.
            relay.inject(Fault(.stall, after: 1, .toServer, on: .data, times: 2))
            let folder = site.disk / "tree"
            let process = try site.start(["test", url.replacing("127.0.0.1", with: relay.host), "--json"])
            #expect(await eventually { (try? folder.names().isEmpty) == false }, "\(process.output)\(process.errors)")
            process.signal(SIGINT)
            #expect(await process.wait(within: .seconds(20)) == .exited(130), "\(process.output)\(process.errors)")
            #expect(try folder.names().isEmpty)
            try await relay.stop()
        }

        // MARK: - Expectations

        private func timeout(_ kind: SiteKind) -> String {
            kind.isFTP ? "FTP_CONNECTION_TIMEOUT" : "SFTP_CONNECTION_TIMEOUT"
        }

        private func fails(
            _ site: RemoteSite, _ url: String, _ step: String, _ code: String, _ remedy: String,
            leavesNothing: Bool = true, sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            // The options are those of the site's own protocol.
            let options = url.hasPrefix("sftp") == (site.kind == .sftp) ? site.options : []
            let result = try await site.workplace.syncctl(
                ["test", url, "--json"] + options, password: site.password, within: .seconds(60))
            let output = try TestOutput(result)
            let all = Comment(rawValue: result.output + result.errors)
            #expect(result.status == .exited(3), all, sourceLocation: sourceLocation)
            #expect(output["step"] == step && output.names.last == step, all, sourceLocation: sourceLocation)
            #expect(output["status_code"] == code, all, sourceLocation: sourceLocation)
            #expect(output["remedy"]?.contains(remedy) == true, all, sourceLocation: sourceLocation)
            #expect(output.steps.dropLast().allSatisfy { $0.isOK }, all, sourceLocation: sourceLocation)
            if leavesNothing { #expect(output["left_behind"] == nil, all, sourceLocation: sourceLocation) }
            let secret = site.password ?? "\u{0}"
            #expect(!(result.output + result.errors).contains(secret), all, sourceLocation: sourceLocation)
        }
    }
}
