import Glibc
import TestServers
import Testing

extension Scenarios {
    /// What stands in ssh_config(5) is enough to reach a server by its alias.
    @Suite(.timeLimit(.minutes(3)))
    struct SSHConfigScenarios {
        /// The server's key under another name, and the account's key, both in the user's `.ssh`.
        private func knowledge(of server: TestServer, as alias: String, in workplace: Workplace) throws {
            let folder = workplace.path(".ssh")
            try folder.makeDirectoryIfMissing()
            let hosts = String(decoding: try DiskPath(#require(server.knownHostsFile)).read(), as: UTF8.self)
            let renamed = hosts.replacing("[\(server.host)]:\(server.port)", with: alias)
            try (folder / "hosts_\(alias)").write(Array(renamed.utf8))
            try (folder / "key_\(alias)").write(try DiskPath(#require(server.privateKeyFile)).read())
            try (folder / "key_\(alias)").call { chmod($0, 0o600) }
        }

        private func block(_ alias: String, _ server: TestServer, ssh folder: String) -> String {
            """
            Host \(alias)
              HostName 127.0.0.1
              Port \(server.port)
              User \(server.user)
              HostKeyAlias \(alias)
              IdentityFile \(folder)/key_%k
              UserKnownHostsFile \(folder)/hosts_\(alias)

            """
        }

        private func site() async throws -> RemoteSite {
            var site = try await RemoteSite(.sftp, server: .openSSH(password: false))
            site.password = nil
            try knowledge(of: site.server, as: "farm", in: site.workplace)
            try (site.workplace.path(".ssh") / "more").makeDirectory()
            try (site.workplace.path(".ssh") / "more" / "farm.conf")
                .write(Array(block("farm", site.server, ssh: "~/.ssh").utf8))
            try (site.workplace.path(".ssh") / "config").write(
                Array(
                    """
                    Include more/*.conf
                    Host jumped
                      ProxyJump farm
                    Host perhaps
                    Match originalhost perhaps exec "true"
                      HostName 127.0.0.1
                    Host *
                      IdentitiesOnly yes
                      Port 1

                    """.utf8))
            return site
        }

        @Test func anAliasIsEnough() async throws {
            let site = try await site()
            _ = try site.makeRoot("tree")
            let url = "sftp://farm\(site.server.rootOnServer)"
            for options in [[], ["-o", "ssh.config=\(site.workplace.folder(".ssh/config"))"]] {
                let result = try await site.workplace.syncctl(["ls", url] + options, within: .seconds(20))
                #expect(result.status == .exited(0) && result.output.contains("tree"), "\(result.errors)")
            }
            let none = try await site.workplace.syncctl(["ls", url, "-o", "ssh.config=[]"], within: .seconds(20))
            #expect(none.status != .exited(0) && none.errors.contains("farm"), "\(none.errors)")
        }

        /// The key is the agent's, one of ten; its public half in the usual place says which.
        @Test func anAgentOfTheConfigurationWithManyKeys() async throws {
            let site = try await RemoteSite(.sftp, server: .openSSH(password: false, extra: ["MaxAuthTries 3"]))
            let (folder, workplace) = (site.workplace.folder(".ssh"), site.workplace)
            let agent = try ChildProcess(["ssh-agent", "-D", "-a", folder + "-agent"])
            defer { agent.kill() }
            #expect(await eventually { DiskPath(folder + "-agent").exists })
            var keys: [String] = []
            for number in 1...9 { keys.append(try await SSHKeys(at: folder + "-key\(number)").privateKeyFile) }
            let key = try #require(site.server.privateKeyFile)
            let added = try await run(
                ["ssh-add", "-q"] + keys + [key], environment: ["SSH_AUTH_SOCK": folder + "-agent"])
            #expect(added.succeeded, "\(added.errors)")
            try DiskPath(folder).makeDirectory()
            try (workplace.path(".ssh") / "id_ed25519.pub").write(try DiskPath(key + ".pub").read())
            try (workplace.path(".ssh") / "config")
                .write(Array("IdentityAgent \(folder)-agent\nIdentitiesOnly yes\n".utf8))
            let hosts = try #require(site.server.knownHostsFile)
            let result = try await workplace.syncctl(["ls", site.url, "-o", "ssh.known_hosts=\(hosts)"])
            #expect(result.status == .exited(0), "\(result.errors)")
            #expect(!site.server.log().contains("Failed publickey"), "\(site.server.log())")
        }

        @Test(arguments: [("jumped", "'proxyjump' applies to jumped"), ("perhaps", "whether this Match applies")])
        func whatLibSSH2CannotDoIsRefusedByName(_ alias: String, _ words: String) async throws {
            let site = try await site()
            let result = try await site.workplace.syncctl(["ls", "sftp://\(alias)/"], within: .seconds(20))
            #expect(result.status != .exited(0) && result.errors.contains(words), "\(result.errors)")
            #expect(result.errors.contains("use transport = \"openssh\""), "\(result.errors)")
        }

        /// `transport = "openssh"` goes through one sshd to another.
        @Test func openSSHJumps() async throws {
            let (gate, inner) = (try await TestServer.openSSH(), try await RemoteSite(.sftp))
            let workplace = inner.workplace
            try knowledge(of: gate, as: "gate", in: workplace)
            try knowledge(of: inner.server, as: "inner", in: workplace)
            let folder = workplace.folder(".ssh")
            let text = block("gate", gate, ssh: folder) + block("inner", inner.server, ssh: folder)
            try (workplace.path(".ssh") / "jump").write(
                Array((text + "  ProxyJump gate\nHost *\n  IdentitiesOnly yes\n").utf8))
            _ = try inner.makeRoot("tree")
            let command = [
                "ls", "sftp://inner\(inner.server.rootOnServer)", "-o", "ssh.config=\(folder)/jump", "-o",
            ]
            let result = try await workplace.syncctl(command + ["ssh.transport=openssh"], within: .seconds(30))
            #expect(result.status == .exited(0) && result.output.contains("tree"), "\(result.errors)")
            for server in [gate, inner.server] { #expect(server.log().contains("Accepted publickey")) }
            let refused = try await workplace.syncctl(command + ["ssh.transport=libssh2"], within: .seconds(30))
            #expect(refused.errors.contains("'proxyjump' applies to inner"), "\(refused.errors)")
        }

        /// The gate lets us in and then falls silent: ssh and what it started are gone soon after the limit.
        @Test func aSilentGateEndsInTime() async throws {
            let (gate, inner) = (try await TestServer.openSSH(), try await RemoteSite(.sftp))
            let workplace = inner.workplace
            try knowledge(of: gate, as: "gate", in: workplace)
            let folder = workplace.folder(".ssh")
            try (workplace.path(".ssh") / "jump").write(
                Array((block("gate", gate, ssh: folder) + "Host inner\n  ProxyJump gate\n").utf8))
            gate.pause()
            defer { gate.resume() }
            let start = ContinuousClock.now
            let result = try await workplace.syncctl(
                [
                    "ls", "sftp://inner/", "-o", "ssh.config=\(folder)/jump", "-o", "ssh.transport=openssh", "-o",
                    "timeout=1s", "-o", "connect_timeout=1s",
                ], within: .seconds(60))
            #expect(result.status == .exited(3), "\(result.output)\(result.errors)")
            #expect(ContinuousClock.now - start < .seconds(30))
            #expect(
                await eventually { (try? SecretSearch.commandLines(holding: "\(folder)/jump", and: "inner")) == [] })
        }

        @Test func anIPv6AddressAndAnAddressOfOurOwn() async throws {
            let site = try await RemoteSite(.sftp, server: .openSSH(extra: ["ListenAddress ::1"]))
            let server = site.server
            let hosts = String(decoding: try DiskPath(#require(server.knownHostsFile)).read(), as: UTF8.self)
            let file = site.workplace.path("hosts")
            try file.write(Array((hosts + hosts.replacing("[127.0.0.1]", with: "[::1]")).utf8))
            let key = try #require(server.privateKeyFile)
            _ = try site.makeRoot("tree")
            for transport in ["libssh2", "openssh"] {
                for (host, own) in [("[::1]", "::1"), ("127.0.0.1", "127.0.0.7")] {
                    let result = try await site.workplace.syncctl(
                        [
                            "ls", "sftp://\(server.user)@\(host):\(server.port)\(server.rootOnServer)", "-o",
                            "ssh.transport=\(transport)", "-o", "ssh.known_hosts=\(file)", "-o", "bind=\(own)", "-o",
                            "auth.identity_files=\(key)",
                        ], within: .seconds(20))
                    #expect(result.status == .exited(0) && result.output.contains("tree"), "\(result.errors)")
                }
            }
            for own in ["::1", "127.0.0.7"] {
                #expect(
                    server.log().components(separatedBy: "Connection from \(own) port").count == 3, "\(server.log())")
            }
        }
    }
}
