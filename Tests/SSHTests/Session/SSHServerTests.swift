import FileModel
import NIOCore
import NIOPosix
import TestServers
import Testing
import Transport

@testable import SSH

/// libssh2's way in, against OpenSSH's sshd.
@Suite(.serialized, .timeLimit(.minutes(2))) struct SSHServerTests {
    private func settings(_ server: TestServer, _ methods: [SSHLoginMethod] = [.publickey]) throws -> SSHSettings {
        try SSHSettings(reaching: server, by: methods)
    }

    // MARK: Logins

    @Test func logsInWithAKeyAndSpeaksToTheSubsystem() async throws {
        let server = try await TestServer.openSSH()
        let stream = try await connect(settings(server))
        #expect(try await greet(stream).getInteger(at: 4, as: UInt8.self) == 2)
        try await stream.channel.close()
        try await stream.ended.get()
        #expect(await eventually { server.sessions() == 0 })
    }

    /// Each would wait for the other to speak.
    @Test func anFTPServerIsNamedAtOnce() async throws {
        let server = try await TestServer.proFTPD()
        var credentials = SSHCredentials(user: server.user)
        credentials.password = Secret("x")
        var settings = SSHSettings(endpoint: Endpoint(host: server.host, port: server.port), credentials: credentials)
        settings.handshakeTimeout = .seconds(60)
        let start = ContinuousClock.now
        let error = await refusal(settings)
        #expect(error?.code == .protocolViolation && error?.message.contains("speaks FTP on this port") == true)
        #expect(error?.serverReply?.hasPrefix("220") == true && ContinuousClock.now - start < .seconds(30))
    }

    @Test func logsInWithAPassword() async throws {
        let server = try await TestServer.openSSH()
        guard server.password != nil else { return }
        #expect(await refusal(try settings(server, [.password])) == nil)
    }

    @Test func answersQuestionsWithThePassword() async throws {
        let server = try await TestServer.openSSH(extra: ["UsePAM yes", "KbdInteractiveAuthentication yes"])
        guard server.password != nil else { return }
        #expect(await refusal(try settings(server, [.keyboardInteractive])) == nil)
        #expect(server.log().contains("Accepted keyboard-interactive"))
        var wrong = try settings(server, [.keyboardInteractive])
        wrong.credentials.password = Secret("open sesame")
        let error = await refusal(wrong)
        #expect(error?.code == .loginFailed && error?.message.contains("sesame") == false)
    }

    @Test func triesOneWayAfterTheOther() async throws {
        let folder = try TemporaryFolder()
        let stranger = try await SSHKeys(at: folder("stranger"))
        let server = try await TestServer.openSSH()
        var settings = try settings(server, [.publickey, .password])
        settings.credentials.identityFiles.insert(stranger.privateKeyFile, at: 0)
        settings.credentials.identityFiles.insert(folder("none"), at: 0)
        #expect(await refusal(settings) == nil)
    }

    @Test func saysWhatWasTried() async throws {
        let folder = try TemporaryFolder()
        let stranger = try await SSHKeys(at: folder("stranger"))
        let locked = try await SSHKeys(passphrase: "a", at: folder("locked"))
        let server = try await TestServer.openSSH(password: false)
        var settings = try settings(server, [.publickey, .password])
        settings.credentials.password = Secret("open sesame")
        settings.credentials.identityFiles = [folder("none"), stranger.privateKeyFile, locked.privateKeyFile]
        let error = try #require(await refusal(settings))
        #expect(error.code == .loginFailed)
        for words in [
            "the server refused the login of '\(server.user)'", "none: No such file or directory", "stranger: refused",
            "locked: it is encrypted and no passphrase is configured", "it accepts publickey",
        ] {
            #expect(error.message.contains(words), "\(error.message)")
        }
        #expect(!error.message.contains("sesame"))
    }

    @Test func opensEncryptedKeys() async throws {
        let folder = try TemporaryFolder()
        let locked = try await SSHKeys(passphrase: "right", at: folder("locked"))
        let server = try await TestServer.openSSH(authorizedKeys: [locked.publicKey])
        var settings = try settings(server)
        settings.credentials.identityFiles = [locked.privateKeyFile]
        settings.credentials.passphrase = Secret("right")
        #expect(await refusal(settings) == nil)
        settings.credentials.passphrase = Secret("wrong")
        let error = try #require(await refusal(settings))
        #expect(error.code == .loginFailed)
        #expect(error.message.contains("the passphrase does not open it"), "\(error.message)")
    }

    @Test func ecdsaKeysWorkAndRSAKeysHaveARemedy() async throws {
        let folder = try TemporaryFolder()
        let ecdsa = try await SSHKeys(type: "ecdsa", at: folder("ecdsa"))
        let rsa = try await SSHKeys(type: "rsa", at: folder("rsa"))
        let server = try await TestServer.openSSH(authorizedKeys: [ecdsa.publicKey, rsa.publicKey])
        var settings = try settings(server)
        settings.credentials.identityFiles = [ecdsa.privateKeyFile]
        #expect(await refusal(settings) == nil)
        settings.credentials.identityFiles = [rsa.privateKeyFile]
        let error = await refusal(settings)
        if LibSSH2.signsRSAWithSHA2 {
            #expect(error == nil)
        } else {
            #expect(error?.code == .loginFailed)
            #expect(error?.message.contains("transport = \"openssh\"") == true, "\(error?.message ?? "")")
        }
    }

    @Test func asksAnAgent() async throws {
        let server = try await TestServer.openSSH()
        let folder = try TemporaryFolder()
        let agent = try ChildProcess(["ssh-agent", "-D", "-a", folder("agent")])
        var settings = try settings(server, [.agent])
        settings.credentials.agentSocket = folder("agent")
        let socket: [String: String?] = ["SSH_AUTH_SOCK": folder("agent")]
        #expect(await eventually { (try? await run(["ssh-add", "-l"], environment: socket))?.status == .exited(1) })
        let empty = await refusal(settings)
        #expect(empty?.message.contains("agent: it holds no keys") == true, "\(empty?.message ?? "")")

        let stranger = try await SSHKeys(at: folder("stranger"))
        for key in [stranger.privateKeyFile, try #require(server.privateKeyFile)] {
            let added = try await run(["ssh-add", "-q", key], environment: socket)
            #expect(added.succeeded, "\(added.errors)")
        }
        let refusal = await refusal(settings)
        #expect(refusal == nil, "\(refusal?.message ?? "")")
        agent.kill()
        let gone = await SSHTests.refusal(settings)
        #expect(gone?.message.contains("agent: it does not answer") == true, "\(gone?.message ?? "")")
    }

    @Test func givesTwoProofsWhereTheServerWantsThem() async throws {
        let server = try await TestServer.openSSH(extra: ["AuthenticationMethods publickey,password"])
        guard server.password != nil else { return }
        let error = await refusal(try settings(server, [.publickey, .password]))
        #expect(error == nil, "\(error?.message ?? "")")
        #expect(server.log().contains("Partial publickey"))
        var wrong = try settings(server, [.publickey, .password])
        wrong.credentials.password = Secret("open sesame")
        let refused = try #require(await refusal(wrong))
        #expect(refused.message.contains("password: refused"), "\(refused.message)")
    }

    @Test func saysWhenNothingIsConfigured() async throws {
        let server = try await TestServer.openSSH(password: false)
        var settings = try settings(server, [.password])
        settings.credentials.password = Secret("x")
        let error = await refusal(settings)
        #expect(error?.code == .loginFailed)
        #expect(error?.message.contains("the server accepts publickey, for which nothing is configured") == true)
    }

    // MARK: After the login

    @Test func saysWhenThereIsNoChannel() async throws {
        let server = try await TestServer.openSSH(extra: ["MaxSessions 0"])
        let none = await refusal(try settings(server))
        #expect(none?.code == .connectionLost, "\(none?.message ?? "")")
    }

    @Test func movesMegabytesWhileKeysAreExchangedAgain() async throws {
        let server = try await TestServer.openSSH(extra: ["RekeyLimit 1M", "ForceCommand /bin/cat"])
        try await echoes(6 << 20, try settings(server))
    }

    @Test func compresses() async throws {
        let server = try await TestServer.openSSH(extra: ["Compression yes", "ForceCommand /bin/cat"])
        var settings = try settings(server)
        settings.compression = true
        try await echoes(4 << 20, settings)
    }

    @Test func tellsWhenTheServerGoesAway() async throws {
        let server = try await TestServer.openSSH()
        let stream = try await connect(settings(server))
        server.stop()
        #expect(try await stream.failure.get()?.code == .connectionLost)
        try await stream.ended.get()
    }

    // MARK: Time limits

    @Test func aSilentServerEndsInTime() async throws {
        let server = try await TestServer.openSSH()
        server.pause()
        defer { server.resume() }
        var settings = try settings(server)
        settings.handshakeTimeout = .milliseconds(300)
        let error = await refusal(settings)
        #expect(error?.code == .timedOut)
        #expect(error?.message.contains("did not finish the handshake within 0.3 s") == true)
    }

    @Test func aCancelledLoginEndsAtOnce() async throws {
        let server = try await TestServer.openSSH()
        server.pause()
        defer { server.resume() }
        let settings = try settings(server)
        let task = Task { await refusal(settings)?.code }
        #expect(await eventually { server.sessions() > 0 })
        task.cancel()
        #expect(await task.value == .cancelled)
    }

    @Test(arguments: ["220 ftp.example.com ready\r\n", "Exceeded MaxStartups\r\n", ""])
    func whoeverIsNoSSHServerIsQuoted(_ words: String) async throws {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Farewell(words))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(listener.localAddress?.port)
        var settings = SSHSettings(
            endpoint: Endpoint(host: "127.0.0.1", port: port), credentials: SSHCredentials(user: "anna"))
        settings.hostKeys = .any
        let error = try #require(await refusal(settings))
        switch words.first {
        case "2":
            #expect(error.code == .protocolViolation && error.serverReply == "220 ftp.example.com ready", "\(error)")
        case "E": #expect(error.code == .unreachable && error.serverReply == "Exceeded MaxStartups", "\(error)")
        default: #expect(error.code == .unreachable && error.message.contains("hung up before it greeted"), "\(error)")
        }
        try await listener.close()
    }
}

/// Waits for a greeting, says its words and hangs up.
private final class Farewell: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let words: String

    init(_ words: String) { self.words = words }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(NIOAny(ByteBuffer(string: words)), promise: nil)
        context.close(promise: nil)
    }
}
