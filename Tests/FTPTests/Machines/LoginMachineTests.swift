import FileModel
import TLS
import Testing

@testable import FTP

@Suite struct LoginMachineTests {
    private func machine(
        _ mode: FTPSecurityMode = .never, account: Secret? = nil, protects: Bool = true, clears: Bool = false,
        offeredTLSBefore: Bool = false
    ) -> LoginMachine {
        var security = FTPSecurity(mode: mode, context: nil)
        security.protectsData = protects
        security.clearsCommandChannel = clears
        return LoginMachine(
            credentials: FTPCredentials(user: "u", password: Secret("p"), account: account), security: security,
            offeredTLSBefore: offeredTLSBefore)
    }

    /// Plays replies and writes down what the machine sends; "TLS" starts a handshake that succeeds.
    private func play(_ machine: inout LoginMachine, _ replies: [(Int, String)]) -> (
        sent: [String], last: LoginMachine.Action
    ) {
        var sent: [String] = []
        var action = machine.start()
        var replies = replies[...]
        while true {
            switch action {
            case .startTLS:
                sent.append("TLS")
                action = machine.tlsEstablished()
            case .send(let commands):
                sent += commands.map(\.description)
                for _ in commands {
                    guard let reply = replies.popFirst() else { return (sent, action) }
                    action = machine.replyReceived(Reply(reply.0, reply.1))
                    if case .fail = action { return (sent, action) }
                }
            case .acceptClearText:
                sent.append("warning")
                action = machine.clearTextAccepted()
            case .endTLS:
                sent.append("clear")
                action = machine.tlsEnded()
            case .awaitReply:
                guard let reply = replies.popFirst() else { return (sent, action) }
                action = machine.replyReceived(Reply(reply.0, reply.1))
            case .finish, .fail:
                return (sent, action)
            }
        }
    }

    private func failure(_ mode: FTPSecurityMode, _ replies: [(Int, String)]) -> StorageError? {
        var machine = machine(mode)
        guard case .fail(let error) = play(&machine, replies).last else { return nil }
        return error
    }

    @Test func plain() {
        var machine = machine()
        let (sent, last) = play(
            &machine, [(220, "hi"), (331, ""), (230, ""), (500, "FEAT?"), (200, ""), (257, "\"/home/u\" is it")])
        #expect(sent == ["USER u", "PASS ••••", "FEAT", "TYPE I", "PWD"])
        guard case .finish(let facts) = last else {
            Issue.record("\(last)")
            return
        }
        #expect(facts.loginDirectory?.string == "home/u" && !facts.isEncrypted && facts.features.isEmpty)
    }

    @Test func explicitTLS() {
        var machine = machine(.explicit)
        let (sent, last) = play(
            &machine,
            [
                (220, ""), (234, ""), (331, ""), (230, ""), (200, ""), (200, ""), (500, ""), (200, ""), (257, "\"/\""),
            ])
        #expect(sent == ["AUTH TLS", "TLS", "USER u", "PASS ••••", "PBSZ 0", "PROT P", "FEAT", "TYPE I", "PWD"])
        guard case .finish(let facts) = last else {
            Issue.record("\(last)")
            return
        }
        #expect(facts.isEncrypted && facts.protectsData)
    }

    @Test func implicitTLSComesBeforeTheGreeting() {
        var machine = machine(.implicit)
        let (sent, _) = play(&machine, [(220, "")])
        #expect(sent == ["TLS", "USER u"])
    }

    @Test func ifAvailableGoesOnInClear() {
        var machine = machine(.ifAvailable)
        let (sent, _) = play(&machine, [(220, ""), (502, "no AUTH"), (331, "")])
        #expect(sent == ["AUTH TLS", "warning", "USER u", "PASS ••••"])
    }

    @Test func accountsAreAskedForAtTwoPlaces() {
        for replies in [[(220, ""), (331, ""), (332, ""), (230, "")], [(220, ""), (332, ""), (230, "")]] {
            var machine = machine(account: Secret("a"))
            #expect(play(&machine, replies).sent.contains("ACCT ••••"))
        }
        #expect(failure(.never, [(220, ""), (331, ""), (332, "account?")])?.message.contains("account") == true)
    }

    @Test func aDelayIsWaitedFor() {
        var machine = machine()
        #expect(play(&machine, [(120, "in 2 minutes"), (220, "")]).sent == ["USER u"])
    }

    @Test func noPasswordIsAskedFor() {
        var machine = machine()
        #expect(play(&machine, [(220, ""), (230, "come in")]).sent == ["USER u", "FEAT", "TYPE I", "PWD"])
    }

    @Test(
        arguments: [
            ([(421, "too many")], .tooManyConnections), ([(530, "maximum number of clients")], .tooManyConnections),
            ([(500, "OOPS")], .unreachable), ([(220, ""), (331, ""), (451, "Local error")], .unreachable),
            ([(220, ""), (331, ""), (530, "Login incorrect.")], .loginFailed),
            (
                [(220, ""), (331, ""), (530, "Sorry, the maximum number of clients (4) for this user")],
                .tooManyConnections
            ),
            ([(220, ""), (331, ""), (421, "Too many connections (4) from this IP")], .tooManyConnections),
            ([(220, ""), (550, "SSL/TLS required on the control channel")], .tlsFailed),
            ([(220, ""), (331, ""), (230, ""), (500, ""), (504, "no I")], .unsupported),
        ] as [([(Int, String)], StorageError.Code)])
    func refusals(replies: [(Int, String)], code: StorageError.Code) {
        #expect(failure(.never, replies)?.code == code)
    }

    @Test func encryptionIsNeverGivenUpInSilence() {
        #expect(failure(.explicit, [(220, ""), (502, "what?")])?.code == .tlsFailed)
        let unprotected = failure(
            .explicit, [(220, ""), (234, ""), (331, ""), (230, ""), (200, ""), (534, "no P here")])
        #expect(unprotected?.code == .tlsFailed && unprotected?.message.contains("protect_data") == true)
    }

    /// After everything that has to be protected, or can go in one flight.
    @Test func theCommandChannelIsClearedLast() {
        var machine = machine(.implicit, clears: true)
        let (sent, last) = play(
            &machine,
            [
                (220, ""), (331, ""), (230, ""), (200, ""), (200, ""), (500, ""), (200, ""), (257, "\"/\""),
                (200, "CCC"),
            ])
        #expect(sent == ["TLS", "USER u", "PASS ••••", "PBSZ 0", "PROT P", "FEAT", "TYPE I", "PWD", "CCC", "clear"])
        guard case .finish(let facts) = last else {
            Issue.record("\(last)")
            return
        }
        #expect(facts.isEncrypted && facts.clearedCommandChannel && facts.protectsData)
    }

    @Test(arguments: [500, 502, 504, 530, 534, 431])
    func aServerThatOfferedTLSBeforeGetsNoClearText(code: Int) {
        var machine = machine(.ifAvailable, offeredTLSBefore: true)
        let (sent, last) = play(&machine, [(220, ""), (code, "no"), (331, ""), (230, "")])
        #expect(sent == ["AUTH TLS"])
        guard case .fail(let error) = last else {
            Issue.record("\(last)")
            return
        }
        #expect(error.code == .tlsFailed && error.message.contains("offered TLS before"))
    }

    @Test func optionsFollowTheFeatures() {
        var machine = machine()
        let (sent, last) = play(&machine, [(220, ""), (331, ""), (230, "")])
        let features = Reply(
            code: 211, lines: ["F:", " UTF8", " MLST type*;size;modify*;perm;UNIX.mode;", "End"].map { Array($0.utf8) })
        _ = machine.replyReceived(features)
        _ = machine.replyReceived(Reply(200, ""))
        guard case .finish(let facts) = machine.replyReceived(Reply(257, "\"/\"")) else {
            Issue.record("not finished after \(last)")
            return
        }
        #expect(sent == ["USER u", "PASS ••••", "FEAT", "TYPE I", "PWD"])
        #expect(
            facts.openOptions.map(\.description) == ["OPTS UTF8 ON", "OPTS MLST type;size;modify;UNIX.mode;"])
    }

    @Test func everyReplyInEveryStateEndsOrAsks() {
        for mode in FTPSecurityMode.allCases {
            for steps in 0..<8 {
                for code in [120, 200, 211, 220, 226, 230, 234, 257, 331, 332, 350, 421, 425, 500, 530, 550] {
                    var machine = machine(mode, account: Secret("a"))
                    let usual = [
                        (220, ""), (234, ""), (331, ""), (230, ""), (200, ""), (200, ""), (200, ""), (257, "\"/\""),
                    ]
                    _ = play(&machine, Array(usual.prefix(steps)))
                    _ = machine.replyReceived(Reply(code, "?"))
                }
            }
        }
    }

    @Test func secretsThatBreakTheLineAreAConfigurationError() {
        var machine = LoginMachine(
            credentials: FTPCredentials(user: "u", password: Secret("a\r\nDELE x")), security: .none)
        guard case .fail(let error) = play(&machine, [(220, ""), (331, "")]).last else {
            Issue.record("it was sent")
            return
        }
        #expect(error.code == .configuration && !error.message.contains("DELE"))
    }

    @Test(
        arguments: [
            ("\"/\" is the current directory", ""), ("\"/a \"\"b\"\"\" x", "a \"b\""), ("\"/x y\"", "x y"),
            ("\"C:\\\\\"", nil),
            ("no quotes", nil), ("\"", nil), ("\"/unfinished", "unfinished"),
        ] as [(String, String?)])
    func workingDirectories(text: String, path: String?) {
        #expect(WorkingDirectoryReply.path(Reply(257, text))?.string == path)
    }
}
