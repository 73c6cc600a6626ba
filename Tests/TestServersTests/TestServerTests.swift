import Glibc
import Testing

@testable import TestServers

/// Each server starts, lets its account in, shows its own folder, and is gone afterwards.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct TestServerTests {
    @Test(arguments: ServerKind.allCases)
    func canRunHere(_ kind: ServerKind) async {
        #expect(await kind.missing() == nil)
    }

    @Test func openSSHAcceptsItsKey() async throws {
        let server = try await TestServer.openSSH()
        try LocalFiles.write("hello", to: server.root + "/greeting")
        let listing = try await sftp(server, "ls \(server.rootOnServer)")
        #expect(listing.output.contains("greeting"), "\(listing) \(server.log())")
        #expect(server.log().contains("Accepted publickey"))
    }

    @Test(arguments: [ServerKind.dropbear, .proFTPDSFTP, .asyncSSH, .paramiko])
    func otherSFTPServersAcceptTheirKey(_ kind: ServerKind) async throws {
        let server = try await sftpServer(kind)
        let file = try TemporaryFolder()
        try LocalFiles.write("hello", to: file("greeting"))
        let folder = server.rootOnServer == "/" ? "" : server.rootOnServer
        let listing = try await sftp(server, "put \(file("greeting")) \(folder)/greeting\nls -la \(folder)/")
        #expect(listing.output.contains("greeting"), "\(listing) \(server.log())")
        #expect(LocalFiles.names(in: server.root) == ["greeting"])
        var status = stat()
        #expect(stat(server.root + "/greeting", &status) == 0 && status.st_uid == server.ownerID)
    }

    private func sftpServer(_ kind: ServerKind) async throws -> TestServer {
        switch kind {
        case .dropbear: try await .dropbear()
        case .proFTPDSFTP: try await .proFTPDSFTP()
        case .asyncSSH: try await .asyncSSH()
        default: try await .paramiko()
        }
    }

    @Test func openSSHCanRefusePasswords() async throws {
        let server = try await TestServer.openSSH(password: false)
        #expect(server.password == nil)
    }

    @Test(arguments: ["none", "explicit", "implicit"])
    func proFTPDLetsItsAccountIn(_ tls: String) async throws {
        let tls = try #require(ServerTLS(rawValue: tls))
        try await loginWorks(on: try await TestServer.proFTPD(tls: tls, requireSessionReuse: false))
    }

    @Test(arguments: ["none", "explicit", "implicit"])
    func vsftpdLetsItsAccountIn(_ tls: String) async throws {
        let tls = try #require(ServerTLS(rawValue: tls))
        try await loginWorks(on: try await TestServer.vsftpd(tls: tls, requireSessionReuse: false))
    }

    @Test(arguments: ["none", "explicit"])
    func pureFTPdLetsItsAccountIn(_ tls: String) async throws {
        let tls = try #require(ServerTLS(rawValue: tls))
        try await loginWorks(on: try await TestServer.pureFTPd(tls: tls))
    }

    /// The benchmarks ask for more data connections than a hundred: found when that ended their process.
    @Test func manyPassivePortsAreOneRangeThatNobodyElseGets() async throws {
        let server = try await TestServer.proFTPD(passivePorts: 300)
        let other = try await TestServer.proFTPD(passivePorts: 300)
        #expect(server.passivePorts.count == 300)
        #expect(!server.passivePorts.overlaps(other.passivePorts))
        #expect(!other.passivePorts.contains(server.port) && !server.passivePorts.contains(other.port))
    }

    @Test(arguments: ["none", "explicit", "implicit"])
    func pyftpdlibLetsItsAccountIn(_ tls: String) async throws {
        let tls = try #require(ServerTLS(rawValue: tls))
        try await loginWorks(on: try await TestServer.pyftpdlib(tls: tls))
    }

    @Test func pyftpdlibAnswersAsItIsTold() async throws {
        var options = PyFTPdOptions.oldest
        options.account = "sales"
        options.codes = ["257": "258"]
        options.answers = ["NOOP": "299 no"]
        let server = try await TestServer.pyftpdlib(options)
        let lines = ["USER remora", "PASS correct horse battery", "ACCT sales", "FEAT", "PWD", "NOOP", "QUIT"]
        let codes = try await conversation(lines.map { $0.replacing("remora", with: server.user) }, with: server)
        #expect(codes == ["220", "331", "332", "230", "500", "258", "299", "221"], "\(server.log())")
    }

    @Test func pyftpdlibEndsItsSessionsAndGoesOn() async throws {
        let server = try await TestServer.pyftpdlib()
        let client = LoopbackSocket()
        let isConnected = client.connect(server.port)
        #expect(isConnected)
        #expect(await eventually { server.sessions() == 1 })
        server.killSessions()
        #expect(await eventually { server.sessions() == 0 })
        #expect(server.isAnswering)
    }

    /// The codes of the greeting and of the replies to `lines`.
    private func conversation(_ lines: [String], with server: TestServer) async throws -> [String] {
        let client = """
            import socket, sys
            peer = socket.create_connection(('127.0.0.1', int(sys.argv[1])), timeout=10).makefile('rw', newline='')
            print(peer.readline()[:3])
            for line in sys.argv[2:]:
                peer.write(line + '\\r\\n')
                peer.flush()
                print(peer.readline()[:3])
            """
        let result = try await run(["python3", "-c", client, "\(server.port)"] + lines, within: .seconds(20))
        #expect(result.succeeded, "\(result.errors) \(server.log())")
        return result.output.split(separator: "\n").map(String.init)
    }

    @Test func sessionsAreCountedAndEndWithTheServer() async throws {
        let server = try await TestServer.proFTPD()
        let client = LoopbackSocket()
        let isConnected = client.connect(server.port)
        #expect(isConnected)
        #expect(await eventually { server.sessions() == 1 })
        // Once is not enough when the server has accepted, but not yet forked.
        let ended = await eventually {
            server.killSessions()
            return server.sessions() == 0
        }
        #expect(ended)
        #expect(server.isAnswering)
        server.stop()
        #expect(!server.isAnswering)
        try await server.start()
        #expect(server.isAnswering)
    }

    private func sftp(_ server: TestServer, _ command: String) async throws -> CommandResult {
        let folder = try TemporaryFolder()
        try LocalFiles.write(command + "\n", to: folder("batch"))
        return try await run([
            "sftp", "-q", "-b", folder("batch"), "-P", "\(server.port)", "-i", try #require(server.privateKeyFile),
            "-o", "UserKnownHostsFile=\(try #require(server.knownHostsFile))", "-o", "IdentitiesOnly=yes",
            "\(server.user)@\(server.host)",
        ])
    }

    private func loginWorks(on server: TestServer) async throws {
        let result = try await run(
            [
                "python3", "-c", Self.client, "\(server.port)", server.user, try #require(server.password),
                server.tls.rawValue, server.caFile ?? "",
            ], within: .seconds(20))
        #expect(result.succeeded, "\(result.output) \(result.errors) \(server.log())")
        #expect(LocalFiles.names(in: server.root) == ["made"])
        var status = stat()
        #expect(stat(server.root + "/made", &status) == 0 && status.st_uid == server.ownerID)
    }

    private static let client = """
        import ftplib, ssl, sys
        port, user, password, tls, authority = sys.argv[1:]
        context = ssl.create_default_context(cafile=authority) if authority else None
        class Implicit(ftplib.FTP_TLS):
            @property
            def sock(self): return self._sock
            @sock.setter
            def sock(self, value):
                if value is not None and not isinstance(value, ssl.SSLSocket):
                    value = self.context.wrap_socket(value, server_hostname='127.0.0.1')
                self._sock = value
        if tls == 'none': ftp = ftplib.FTP()
        elif tls == 'explicit': ftp = ftplib.FTP_TLS(context=context)
        else: ftp = Implicit(context=context)
        print(ftp.connect('127.0.0.1', int(port), timeout=10))
        if tls == 'explicit': ftp.auth()
        print(ftplib.FTP.login(ftp, user, password))
        if tls != 'none': ftp.prot_p()
        ftp.mkd('made')
        assert 'made' in ftp.nlst()
        ftp.quit()
        """
}
