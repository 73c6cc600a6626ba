import FileModel
import NIOCore

@testable import FTP

extension FuzzTarget {
    /// Whatever a server answers, no secret is sent in clear where TLS is wanted, and the dialogue ends.
    static let ftpLogin = FuzzTarget(
        "FTP login",
        samples: [
            "220 hi\r\n234 go\r\n331 pw\r\n230 in\r\n200 ok\r\n200 ok\r\n211-F\r\n MLST type;size*;\r\n UTF8\r\n211 E\r\n"
                + "200 I\r\n257 \"/home/me\"\r\n200 ok\r\n200 ok\r\n",
            "220 hi\r\n500 no\r\n331 pw\r\n332 acct\r\n230 in\r\n500 no\r\n200 I\r\n257 \"/\"\r\n",
            "120 wait\r\n220 hi\r\n334 go\r\n530 limit\r\n", "421 too many\r\n", "220 hi\r\n530 TLS first\r\n",
            "220 hi\r\n234 go\r\n232 in\r\n200 ok\r\n536 no P\r\n500 no\r\n200 I\r\n550 no\r\n",
        ],
        words: ["234 x\r\n", "331 x\r\n", "230 x\r\n", "200 x\r\n", "150 x\r\n", "530 x\r\n", "421 x\r\n", "332 x\r\n"]
    ) { input, random in
        for mode in FTPSecurityMode.allCases {
            var security = FTPSecurity(mode: mode, context: nil)
            security.protectsData = random.once(in: 2)
            security.clearsCommandChannel = random.once(in: 2)
            var login = LoginTranscript(security)
            for reply in ReplyTranscript([input], ReplyParser.Limits()).replies { try login.take(reply) }
            try require(login.steps < 2000, "a dialogue without end")
        }
    }
}

/// Runs a login machine and watches what it wants to say.
private struct LoginTranscript {
    private var machine: LoginMachine
    private let security: FTPSecurity
    private var isEncrypted = false
    private var isOver = false
    private(set) var steps = 0

    init(_ security: FTPSecurity) {
        self.security = security
        machine = LoginMachine(
            credentials: FTPCredentials(user: "me", password: Secret("secret"), account: Secret("account")),
            security: security)
        try? act(machine.start())
    }

    mutating func take(_ reply: Reply) throws {
        guard !isOver else { return }
        try act(machine.replyReceived(reply))
    }

    private mutating func act(_ action: LoginMachine.Action) throws {
        steps += 1
        switch action {
        case .awaitReply: break
        case .send(let commands): for command in commands { try say(command) }
        case .startTLS:
            isEncrypted = true
            try act(machine.tlsEstablished())
        case .acceptClearText:
            try require(security.mode == .ifAvailable && !isEncrypted, "clear text was accepted unasked")
            try act(machine.clearTextAccepted())
        case .endTLS:
            try require(isEncrypted && security.clearsCommandChannel, "TLS was ended unasked")
            try act(machine.tlsEnded())
        case .finish(let facts):
            isOver = true
            try require(facts.isEncrypted == isEncrypted, "a wrong word about encryption")
            let needsProtection = security.protectsData && isEncrypted
            try require(!needsProtection || facts.protectsData, "data connections in clear")
        case .fail(let error):
            isOver = true
            try checkError(error)
            try require(!error.description.contains("secret"), "the password in '\(error)'")
        }
    }

    private func say(_ command: Command) throws {
        let isSecret = ["USER", "PASS", "ACCT"].contains(command.verb)
        let wantsTLS = security.mode == .explicit || security.mode == .implicit
        try require(!(isSecret && wantsTLS && !isEncrypted), "\(command.verb) in clear under \(security.mode)")
        try require(!command.description.contains("secret"), "the password in '\(command)'")
    }
}
