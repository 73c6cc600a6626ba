import FileModel
import Testing

@testable import Definitions

@Suite struct MountDecodingTests {
    @Test func defaults() throws {
        let (value, findings) = decodedMount("[remote]\nurl = \"sftp://ftp.example.com\"\n")
        #expect(findings.isEmpty)
        let mount = try #require(value)
        #expect(mount.name == "prod")
        #expect(mount.remote.port == 22)
        #expect(mount.remote.folder == .login)
        #expect(mount.remote.maximumConnections == 25)
        #expect(mount.remote.timeout == .seconds(10))
        #expect(mount.remote.keepalive == .seconds(30))
        #expect(mount.remote.rateLimit == RateLimit())
        #expect(mount.remote.auth.methods == [.agent, .publickey, .keyboardInteractive, .password])
        #expect(mount.remote.auth.password == nil)
        #expect(mount.remote.ssh.knownHosts == ["/home/me/.ssh/known_hosts", "/etc/ssh/ssh_known_hosts"])
        #expect(mount.remote.proxy == nil)
        #expect(mount.mount.umask == 0o022)
        #expect(mount.mount.readAhead.bytes == 8 << 20)
        #expect(mount.mount.user == .owner)
        #expect(mount.mount.mountpoint == nil)
        #expect(!mount.isMountedByDaemon)
        #expect(mount.folder == .login)
        #expect(mount.log.level == .info)
    }

    @Test func theDocumentedFTPDefinition() throws {
        let (value, findings) = decodedMount(Documents.mount)
        #expect(findings.rendered == "")
        let remote = try #require(value?.remote)
        #expect(remote.scheme == .ftpes)
        #expect(remote.host == "ftp.example.com")
        #expect(remote.user == "reports")
        #expect(remote.folder.description == "/outgoing")
        #expect(remote.auth.password == .file("/etc/syncctl/credentials/prod"))
        #expect(remote.tls.mode == .explicit)
        #expect(remote.tls.minimumVersion == .tls12)
        #expect(remote.ftp.activePorts == 50000...50100)
        #expect(remote.ftp.codePage == nil)
        #expect(value?.mount.mountpoint == "/mnt/prod")
        #expect(value?.folder.description == "/")
        #expect(value?.isMountedByDaemon == true)
    }

    @Test func keysInsteadOfAURL() throws {
        let (value, findings) = decodedMount(
            "[remote]\nprotocol = \"ftps\"\nhost = \"192.0.2.5\"\nuser = \"u\"\npath = \"/~/in\"\n")
        #expect(findings.isEmpty)
        let remote = try #require(value?.remote)
        #expect(remote.scheme == .ftps)
        #expect(remote.port == 990)
        #expect(remote.tls.mode == .implicit)
        #expect(remote.folder.description == "~/in")
    }

    @Test func aHostWithAProtocolInFront() throws {
        let remote = try #require(decodedMount("[remote]\nhost = \"sftp://h.example\"\n").value?.remote)
        #expect(remote.scheme == .sftp)
        #expect(remote.host == "h.example")
        let bracketed = decodedMount("[remote]\nprotocol = \"sftp\"\nhost = \"[::1]\"\n")
        #expect(bracketed.value?.remote.host == "::1")
    }

    @Test func aCommandNeedsNoHost() throws {
        let (value, findings) = decodedMount(
            "[remote]\npath = \"/srv\"\n[remote.ssh]\ntransport = \"command\"\ncommand = [\"/usr/lib/openssh/sftp-server\"]\n"
        )
        #expect(findings.isEmpty)
        #expect(value?.remote.scheme == .sftp)
        #expect(value?.remote.host == "localhost")
        #expect(value?.remote.ssh.command == ["/usr/lib/openssh/sftp-server"])
    }

    @Test func anonymousHasAUserName() {
        let (value, findings) = decodedMount("[remote]\nurl = \"ftp://h\"\nauth.anonymous = true\n")
        #expect(findings.isEmpty)
        #expect(value?.remote.user == "anonymous")
    }

    @Test func quantities() throws {
        let (value, findings) = decodedMount(
            """
            [remote]
            url = "sftp://h"
            keepalive = "0"
            rate_limit = { down = "2MiB", up = 500000 }
            [mount]
            uid = 1000
            gid = "root"
            umask = "077"
            read_ahead = 1048576
            attribute_timeout = "500ms"
            remote_path = "sub/folder"
            """)
        #expect(findings.isEmpty)
        let mount = try #require(value)
        #expect(mount.remote.keepalive == nil)
        #expect(mount.remote.rateLimit == RateLimit(down: ByteCount(2 << 20), up: ByteCount(500_000)))
        #expect(mount.mount.user == .id(1000))
        #expect(mount.mount.group == .id(0))
        #expect(mount.mount.umask == 0o077)
        #expect(mount.mount.readAhead.bytes == 1 << 20)
        #expect(mount.mount.attributeTimeout == .milliseconds(500))
        #expect(mount.folder.description == "~/sub/folder")
    }

    @Test func pins() throws {
        let tls = decodedMount(
            "[remote]\nurl = \"ftpes://h\"\n[remote.tls]\ntrust = \"pin\"\npin_sha256 = [\"\(Array(repeating: "AB", count: 32).joined(separator: ":"))\"]\n"
        )
        #expect(tls.findings.isEmpty)
        #expect(tls.value?.remote.tls.pins == [String(repeating: "ab", count: 32)])
        let key = String(repeating: "a", count: 43)
        let ssh = decodedMount(
            "[remote]\nurl = \"sftp://h\"\n[remote.ssh]\nhost_key = \"pin\"\npin_sha256 = [\"SHA256:\(key)\"]\n")
        #expect(ssh.findings.isEmpty)
        #expect(ssh.value?.remote.ssh.pins == ["SHA256:\(key)"])
    }

    @Test func aPasswordInAURLIsTakenAndWarnedAbout() {
        let (value, findings) = decodedMount("[remote]\nurl = \"sftp://me:hunter2@h\"\n")
        #expect(value?.remote.auth.password == .inline(Secret("hunter2")))
        #expect(findings.map(\.severity) == [.warning])
        #expect(!findings.rendered.contains("hunter2"))
        #expect(!String(reflecting: value).contains("hunter2"))
    }
}
