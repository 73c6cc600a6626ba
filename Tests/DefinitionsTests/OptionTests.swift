import FileModel
import Testing

@testable import Definitions

@Suite struct OptionTests {
    private let catalog = DefinitionCatalog(ProgramDirectories(environment: ["HOME": "/nowhere"], userID: 1000))

    private func mount(_ url: String, _ words: String...) throws -> MountDefinition {
        try catalog.mount(url: url, overrides: DefinitionOverrides(words, scope: .mount)).value
    }

    private func failure(_ words: String..., scope: DefinitionOverrides.Scope = .mount) -> String {
        do {
            _ = try catalog.mount(url: "sftp://h", overrides: DefinitionOverrides(words, scope: scope))
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func everyTable() throws {
        let mount = try mount(
            "ftp://h", "port=2121,timeout=3s,tls.mode=explicit", "auth.password_env=PW", "read_only,umask=077",
            "rate_limit.down=1MiB", "mount.read_ahead=4MiB", "remote.max_connections=3", "ftp.listing=list")
        #expect(mount.remote.port == 2121)
        #expect(mount.remote.timeout == .seconds(3))
        #expect(mount.remote.tls.mode == .explicit)
        #expect(mount.remote.auth.password == .environment("PW"))
        #expect(mount.mount.readOnly)
        #expect(mount.mount.umask == 0o077)
        #expect(mount.remote.rateLimit.down?.bytes == 1 << 20)
        #expect(mount.mount.readAhead.bytes == 4 << 20)
        #expect(mount.remote.maximumConnections == 3)
        #expect(mount.remote.ftp.listing == .list)
    }

    @Test func listsAreMadeByRepeating() throws {
        let mount = try mount(
            "sftp://h", "ssh.known_hosts=/a", "ssh.known_hosts=/b,auth.identity_files=/k\\,1", "auth.methods=agent",
            "auth.methods=password")
        #expect(mount.remote.ssh.knownHosts == ["/a", "/b"])
        #expect(mount.remote.auth.identityFiles == ["/k,1"])
        #expect(mount.remote.auth.methods == [.agent, .password])
    }

    @Test func commandsWithArguments() throws {
        let mount = try mount(
            "sftp:///srv", "ssh.transport=command,ssh.command=/usr/lib/openssh/sftp-server,ssh.command=-e")
        #expect(mount.remote.ssh.command == ["/usr/lib/openssh/sftp-server", "-e"])
        #expect(mount.remote.folder.description == "/srv")
    }

    @Test func wordsOfSSHFSAndMount() throws {
        let mount = try mount(
            "sftp://me@h", "ro,allow_other,uid=1000,gid=100,umask=027,IdentityFile=/k,UserKnownHostsFile=/kh",
            "port=2222,User=you,Compression=yes,StrictHostKeyChecking=accept-new,ServerAliveInterval=15,ConnectTimeout=4",
            "defaults,_netdev,noauto,user,reconnect,default_permissions,x-systemd.automount,x-gvfs-name=a")
        #expect(mount.mount.readOnly && mount.mount.allowOther)
        #expect(mount.mount.user == .id(1000))
        #expect(mount.mount.group == .id(100))
        #expect(mount.remote.auth.identityFiles == ["/k"])
        #expect(mount.remote.ssh.knownHosts == ["/kh"])
        #expect(mount.remote.port == 2222)
        #expect(mount.remote.user == "you")
        #expect(mount.remote.ssh.compression)
        #expect(mount.remote.ssh.hostKey == .tofu)
        #expect(mount.remote.keepalive == .seconds(15))
        #expect(mount.remote.connectTimeout == .seconds(4))
    }

    @Test func theCommandLineReplacesWhatTheURLSays() throws {
        let mount = try mount("ftpes://me@h:21/a", "user=you,port=2121,path=/b,tls.mode=if-available")
        #expect(mount.remote.user == "you")
        #expect(mount.remote.port == 2121)
        #expect(mount.remote.folder.description == "/b")
        #expect(mount.remote.tls.mode == .ifAvailable)
    }

    @Test func errorsPointIntoTheWord() {
        #expect(
            failure("timeout=3s,prot=21") == """
                -o: error: unknown option 'prot'
                   | timeout=3s,prot=21
                   |            ^^^^ did you mean 'port'?
                """)
        #expect(
            failure("port=70000") == """
                -o: error: 'port' must be a number from 1 to 65535, not 70000
                   | port=70000
                   |      ^^^^^
                """)
        #expect(failure("port").contains("error: 'port' needs a value"))
        #expect(failure("tls.mod=never").contains("did you mean 'tls.mode'?"))
        #expect(failure("read_only=perhaps").contains("'read_only' must be true or false, not \"perhaps\""))
    }

    @Test func aPasswordIsRefusedAndNotShown() {
        let text = failure("auth.password=hunter2")
        #expect(text.contains("a password on the command line can be read by every user of this machine"))
        #expect(!text.contains("hunter2"))
    }

    @Test func tablesOfASync() throws {
        let overrides = try DefinitionOverrides(
            ["create_root,filter.settle=0s,delete.max=off,timeout=2s"], scope: .sync)
        let sync = try catalog.sync(url: "sftp://h/x", local: "/l", direction: .push, overrides: overrides).value
        #expect(sync.createRoot)
        #expect(sync.filter.settle == .zero)
        #expect(sync.delete.maximum == .off)
        #expect(sync.remote.timeout == .seconds(2))
        #expect(sync.local == "/l")
        #expect(failure("read_only", scope: .sync).contains("unknown option 'read_only'"))
    }

    @Test func anAdHocURLThatIsWrong() {
        #expect { try catalog.mount(url: "sfpt://h") } throws: {
            "\($0)"
                == "URL: error: unknown protocol 'sfpt'; use ftp, ftpes, ftps or sftp\n   | sfpt://h\n   | ^^^^ did you mean sftp?"
        }
    }

    @Test func aPasswordInTheURLWarns() throws {
        let decoded = try catalog.mount(url: "sftp://me:hunter2@h")
        #expect(decoded.warnings.count == 1)
        #expect(!decoded.warnings.rendered.contains("hunter2"))
    }
}
