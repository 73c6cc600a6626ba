import TestServers
import Testing

extension Scenarios {
    /// `syncctl trust`: who decides whether a server is the right one, and what is remembered of that.
    @Suite(.timeLimit(.minutes(3)))
    struct TrustScenarios {
        @Test func anUntrustedCertificateIsAcceptedOnceByItsFingerprint() async throws {
            let server = try await TestServer.proFTPD(tls: .explicit, certificate: .selfSigned)
            let user = try Visitor(server, "ftpes")
            let fingerprint = try await user.fingerprint(of: .selfSigned)
            let refused = try await user.list()
            #expect(refused.status == .exited(3))
            #expect(refused.errors.contains("it is self-signed"), "\(refused.errors)")
            #expect(refused.errors.contains(fingerprint) && refused.errors.contains("subject CN=localhost"))
            #expect(refused.errors.contains("accept it with: syncctl trust ftpes://127.0.0.1:\(server.port)"))

            let unasked = try await user.trust()
            #expect(unasked.status == .exited(2))
            #expect(unasked.errors.contains("--fingerprint"), "\(unasked.errors)")
            for words in ["self-signed", fingerprint, "2020-01-01T00:00:00Z to 2049", "localhost 127.0.0.1"] {
                #expect(unasked.output.contains(words), "\(words) in \(unasked.output)")
            }
            let wrong = try await user.trust("--fingerprint", String(repeating: "ab", count: 32))
            #expect(wrong.status == .exited(3))
            #expect(wrong.errors.contains("another fingerprint: \(fingerprint)"), "\(wrong.errors)")
            #expect(try await user.list().status == .exited(3))

            let accepted = try await user.trust("--fingerprint", fingerprint.replacing(":", with: "").lowercased())
            #expect(accepted.status == .exited(0), "\(accepted.errors)")
            #expect(try await user.list().status == .exited(0))
            #expect(try await user.trust().output.contains("accepted before"))
            let remembered = try await user.run("trust", "--list").output
            #expect(remembered.contains(fingerprint) && remembered.contains("ftp://127.0.0.1:\(server.port)"))

            #expect(try await user.trust("--forget").status == .exited(0))
            #expect(try await user.list().status == .exited(3))
        }

        @Test func aChangedCertificateIsRefusedAndBothAreShown() async throws {
            let server = try await TestServer.proFTPD(tls: .explicit, certificate: .selfSigned)
            let user = try Visitor(server, "ftpes")
            #expect(try await user.trust("--yes").status == .exited(0))
            #expect(try await user.list().status == .exited(0))
            try await user.restart { $0.replacing("/selfSigned.", with: "/valid.") }
            let (old, new) = (
                try await user.fingerprint(of: .selfSigned), try await user.fingerprint(of: .valid)
            )
            // Even where an authority vouches for the new one.
            for authority in [nil, server.caFile] {
                let refused = try await user.list(authority: authority)
                #expect(refused.status == .exited(3))
                for words in ["has changed", old, new, "accept the new one with: syncctl trust ftpes://"] {
                    #expect(refused.errors.contains(words), "\(words) in \(refused.errors)")
                }
            }
            let asked = try await user.trust()
            #expect(asked.output.contains("HAS CHANGED") && asked.output.contains(old) && asked.output.contains(new))
            #expect(try await user.trust("--yes").status == .exited(0))
            #expect(try await user.list().status == .exited(0))
        }

        @Test func aGoodCertificateNeedsNoQuestion() async throws {
            let server = try await TestServer.proFTPD(tls: .implicit)
            let user = try Visitor(server, "ftps")
            #expect(try await user.list(authority: server.caFile).status == .exited(0))
            #expect(try await user.list().status == .exited(3))
            #expect(try await user.trust(authority: server.caFile).output.contains("trusted already"))
        }

        @Test(arguments: [("y\n", true), ("n\n", false), ("", false)])
        func aPersonIsAskedOnATerminal(answer: String, isAccepted: Bool) async throws {
            let server = try await TestServer.proFTPD(tls: .explicit, certificate: .unknownAuthority)
            let user = try Visitor(server, "ftpes")
            let result = try await user.trustOnTerminal(typing: answer)
            #expect(result.output.contains("its issuer is not a known authority"), "\(result.output)")
            #expect(result.output.contains("[y/N]"))
            #expect(result.status == .exited(isAccepted ? 0 : 1), "\(result.output)")
            #expect(try await user.list().status == .exited(isAccepted ? 0 : 3))
        }

        @Test func theCommandNamesTheDefinition() async throws {
            let server = try await TestServer.proFTPD(tls: .explicit, certificate: .expired)
            let user = try Visitor(server, "ftpes")
            try user.define("prod", "trust = \"tofu\"")
            let refused = try await user.run("ls", "prod")
            #expect(refused.errors.contains("it has expired"))
            #expect(refused.errors.contains("accept it with: syncctl trust prod"), "\(refused.errors)")
            #expect(try await user.run("trust", "prod", "--yes").status == .exited(0))
            #expect(try await user.run("ls", "prod").status == .exited(0))
            // Without it, the accepted certificate is not asked for, and the command says so.
            try user.define("prod", "trust = \"system\"")
            #expect(try await user.run("ls", "prod").status == .exited(3))
            #expect(try await user.run("trust", "prod").output.contains("trust = \"tofu\""))
        }

        @Test func aServerThatOfferedTLSIsHeldToItAcrossRuns() async throws {
            let server = try await TestServer.proFTPD(tls: .explicit, requiredFor: "off")
            let user = try Visitor(server, "ftp")
            #expect(try await user.list(authority: server.caFile).status == .exited(0))
            try await user.restart { $0.replacing("TLSEngine on", with: "TLSEngine off") }
            let refused = try await user.list()
            #expect(refused.status == .exited(3))
            #expect(refused.errors.contains("offered TLS before"), "\(refused.errors)")
            let command = "syncctl trust ftp://127.0.0.1:\(server.port) --forget"
            #expect(refused.errors.contains(command), "\(refused.errors)")
            #expect(!server.log().contains("PASS (hidden)\" 230 -\n".replacing("230", with: "530")))
            #expect(try await user.trust("--forget").output.contains("offers TLS"))
            let clear = try await user.list()
            #expect(clear.status == .exited(0), "\(clear.errors)")
            #expect(clear.errors.contains("warning: ") && clear.errors.contains("in clear"))
        }

        @Test func clearTextIsWarnedOfOnce() async throws {
            let server = try await TestServer.pureFTPd()
            let user = try Visitor(server, "ftp")
            for run in 1...3 {
                let listed = try await user.list()
                #expect(listed.status == .exited(0))
                #expect(listed.errors.contains("warning: ") == (run == 1), "run \(run): \(listed.errors)")
            }
        }

        @Test func aHostKeyIsAcceptedAndAChangedOneShown() async throws {
            let server = try await TestServer.openSSH()
            let other = try await TestServer.openSSH()
            let user = try Visitor(server, "sftp")
            let file = user.place.path("known_hosts")
            let refused = try await user.list()
            #expect(refused.status == .exited(3))
            let asked = try await user.trust()
            #expect(asked.status == .exited(2))
            #expect(asked.output.contains("SHA256:") && asked.output.contains("ssh-ed25519"), "\(asked.output)")
            let fingerprint = try #require(asked.output.split { " \n".contains($0) }.first { $0.hasPrefix("SHA256:") })
            #expect(try await user.trust("--fingerprint", String(fingerprint)).status == .exited(0))
            #expect(try await user.list().status == .exited(0))

            let key = try DiskPath(#require(other.knownHostsFile)).read().split(separator: UInt8(ascii: " "))
                .dropFirst()
            let name = "[127.0.0.1]:\(server.port) "
            try file.write(Array(name.utf8) + Array(key.joined(separator: [UInt8(ascii: " ")])))
            #expect(try await user.list().status == .exited(3))
            let changed = try await user.trust("--yes")
            #expect(changed.status == .exited(0), "\(changed.output) \(changed.errors)")
            #expect(changed.output.contains("HAS CHANGED"))
            let fingerprints = changed.output.split { " \n".contains($0) }.filter { $0.hasPrefix("SHA256:") }
            #expect(Set(fingerprints).count == 2, "\(changed.output)")
            #expect(try await user.list().status == .exited(0))
        }
    }
}

/// Somebody who meets a server for the first time.
private struct Visitor {
    let server: TestServer
    let scheme: String
    let place: Workplace

    init(_ server: TestServer, _ scheme: String) throws {
        self.server = server
        self.scheme = scheme
        place = try Workplace()
    }

    private var root: String { server.rootOnServer == "/" ? "" : server.rootOnServer }
    private var url: String { "\(scheme)://\(server.user)@127.0.0.1:\(server.port)\(root)/" }
    private var options: [String] {
        guard scheme == "sftp" else { return ["-o", "tls.trust=tofu"] }
        let key = server.privateKeyFile.map { ["-o", "auth.identity_files=\($0)"] } ?? []
        return ["-o", "ssh.known_hosts=\(place.path("known_hosts"))"] + key
    }

    /// - Parameter authority: what the operating system trusts (SSL_CERT_FILE of OpenSSL).
    func run(_ arguments: String..., authority: String? = nil) async throws -> CommandResult {
        try await run(arguments, authority)
    }

    private func run(_ arguments: [String], _ authority: String? = nil) async throws -> CommandResult {
        let variables = place.variables(server.password).merging(["SSL_CERT_FILE": authority ?? "/dev/null"]) { $1 }
        return try await TestServers.run(
            [Program.path] + arguments + ["--config", place.folder("config"), "--state", place.folder("state")],
            environment: variables)
    }

    func list(authority: String? = nil) async throws -> CommandResult {
        try await run(["ls", url] + options, authority)
    }

    func trust(_ arguments: String..., authority: String? = nil) async throws -> CommandResult {
        try await run(["trust", url] + arguments + options, authority)
    }

    /// Runs `trust` on a terminal of its own (script(1)).
    func trustOnTerminal(typing answer: String) async throws -> CommandResult {
        let input = place.path("answer")
        try input.write(Array(answer.utf8))
        let command = ([Program.path, "trust", url, "--state", place.folder("state")] + options).joined(separator: " ")
        return try await TestServers.run(
            ["script", "-qec", command, "/dev/null"],
            environment: place.variables(server.password).merging(["SSL_CERT_FILE": "/dev/null"]) { $1 },
            input: "\(input)", within: .seconds(30))
    }

    func define(_ name: String, _ tls: String) throws {
        for folder in ["config", "config/mounts.d"] { try place.path(folder).makeDirectoryIfMissing() }
        let text = "[remote]\nurl = \"\(url)\"\n[remote.tls]\n\(tls)\n[mount]\nmountpoint = \"/mnt/x\"\n"
        try place.path("config/mounts.d/\(name).toml").write(Array(text.utf8))
    }

    func fingerprint(of kind: CertificateKind) async throws -> String {
        let file = try await Certificates.shared().certificateFile(kind)
        let result = try await TestServers.run(["openssl", "x509", "-in", file, "-noout", "-fingerprint", "-sha256"])
        return String(result.output.split(separator: "=").last?.split(separator: "\n").first ?? "")
    }

    /// Starts the server again, with another configuration on the same port.
    func restart(_ change: (String) -> String) async throws {
        server.stop()
        let file = DiskPath(server.root + "/../proftpd.conf")
        try file.write(Array(change(String(decoding: try file.read(), as: UTF8.self)).utf8))
        try await server.start()
    }
}
