import FileModel

/// The dialogue from the greeting to a session that is ready for work. No I/O: replies in, commands out.
///
/// Greeting → AUTH → TLS → USER → PASS → ACCT as far as the server asks, then what prepares every session: PBSZ and
/// PROT, FEAT, TYPE I, PWD, and the OPTS that FEAT offers (`LoginMachine+Preparation.swift`). CCC, where it is wanted, comes last: from then on everybody in between can read and write.
struct LoginMachine {
    /// What the owner has to do next.
    enum Action: Equatable {
        case awaitReply
        /// Send all of these; their replies come in this order.
        case send([Command])
        /// Encrypt the line, then call `tlsEstablished`.
        case startTLS
        /// The server offers no TLS, and the password comes next: tell the user, then call `clearTextAccepted`.
        case acceptClearText
        /// End TLS and go on in clear, then call `tlsEnded`.
        case endTLS
        case finish(SessionFacts)
        case fail(StorageError)
    }

    /// Which reply is awaited.
    enum Step: Equatable {
        case greeting, auth, tls, user, password, account, bufferSize, protection, features, type, directory, options
        case nextData, clearing, clear
    }

    private let credentials: FTPCredentials
    private let mode: FTPSecurityMode
    private let authCommand: AuthCommand
    let protectsData: Bool
    private let clearsCommandChannel: Bool
    private let tlsRemedy: String
    private let offeredTLSBefore: Bool
    let prefersUTF8: Bool
    let expectations: LoginExpectations
    var awaited: [Step]
    var facts = SessionFacts()
    private var isLoggedIn = false
    private var isOver = false

    /// - Parameters:
    ///   - offeredTLSBefore: then `if-available` takes no refusal of AUTH.
    ///   - expectations: what an earlier session of the same server makes likely.
    init(
        credentials: FTPCredentials, security: FTPSecurity, offeredTLSBefore: Bool = false, prefersUTF8: Bool = true,
        expectations: LoginExpectations = LoginExpectations()
    ) {
        self.credentials = credentials
        mode = security.mode
        authCommand = security.authCommand
        protectsData = security.protectsData
        clearsCommandChannel = security.clearsCommandChannel
        tlsRemedy = security.history.remedy
        self.offeredTLSBefore = offeredTLSBefore
        self.prefersUTF8 = prefersUTF8
        self.expectations = expectations
        awaited = security.mode == .implicit ? [.tls] : [.greeting]
    }

    /// With implicit TLS nothing is read before the handshake.
    func start() -> Action { mode == .implicit ? .startTLS : .awaitReply }

    mutating func tlsEstablished() -> Action {
        guard awaited == [.tls] else { return violation("TLS started out of turn") }
        facts.isEncrypted = true
        if mode == .implicit {
            awaited = [.greeting]
            return .awaitReply
        }
        return login()
    }

    mutating func replyReceived(_ reply: Reply) -> Action {
        guard !isOver, let step = awaited.first else { return violation("an unasked reply: \(reply)") }
        if reply.code == 421 { return refuse(limit(reply)) }
        // 120 "ready in n minutes" and its like: another reply follows, within the same time limit.
        if reply.isPreliminary { return .awaitReply }
        awaited.removeFirst()
        switch step {
        case .greeting: return greeted(reply)
        case .auth: return authAnswered(reply)
        case .user, .password, .account: return loginAnswered(step, reply)
        case .clearing: return clearingAnswered(reply)
        case .tls, .clear: return violation("a reply in place of TLS: \(reply)")
        default: return prepared(step, reply)
        }
    }

    // MARK: Greeting and TLS

    private mutating func greeted(_ reply: Reply) -> Action {
        guard reply.isCompletion else {
            if ReplyMapping.namesALimit(reply) { return refuse(limit(reply)) }
            return refuse(StorageError(.unreachable, "the server turned us away: \(reply)", serverReply: "\(reply)"))
        }
        facts.greeting = reply
        facts.software = ServerSoftware(greeting: reply)
        guard mode == .explicit || mode == .ifAvailable else { return login() }
        if mode == .ifAvailable, expectations.refusesTLS, !offeredTLSBefore { return login() }
        awaited = [.auth]
        return .send([.authenticate(authCommand)])
    }

    private mutating func authAnswered(_ reply: Reply) -> Action {
        if reply.code == 234 || reply.code == 334 {
            awaited = [.tls]
            return .startTLS
        }
        if mode == .ifAvailable && reply.isFailure {
            return offeredTLSBefore
                ? refuse(ProtectionRefusal.stripped(authCommand, reply, tlsRemedy)) : .acceptClearText
        }
        return refuse(ProtectionRefusal.authentication(authCommand, reply))
    }

    // MARK: Login

    mutating func clearTextAccepted() -> Action { login() }

    private mutating func login() -> Action {
        guard expectations.asksForPassword, facts.software.servesWholeFiles else { return say([.user]) }
        return say([.user, .password], before: preparation)
    }

    private mutating func loginAnswered(_ step: Step, _ reply: Reply) -> Action {
        // USER was enough; PASS was under way already.
        if step == .password, isLoggedIn { return .awaitReply }
        switch (step, reply.code) {
        case (_, 230), (_, 202), (_, 232):
            isLoggedIn = true
            facts.askedForPassword = step == .password && reply.code == 230
            return awaited.isEmpty ? prepare() : .awaitReply
        case (.user, 331): return awaited.isEmpty ? say([.password]) : .awaitReply
        case (.user, 332), (.password, 332):
            guard credentials.account != nil else {
                return refuse(
                    StorageError(
                        .loginFailed, "the server asks for an account: set auth.account", serverReply: "\(reply)"))
            }
            return say([.account])
        default: return refuse(rejection(reply))
        }
    }

    private func rejection(_ reply: Reply) -> StorageError {
        if ReplyMapping.namesALimit(reply) { return limit(reply) }
        if reply.code == 530 || reply.code == 430 || reply.code == 332 {
            return StorageError(
                .loginFailed, "the server does not let '\(credentials.user)' in: \(reply)", serverReply: "\(reply)")
        }
        if !facts.isEncrypted, [421, 503, 521, 522, 533, 534, 550].contains(reply.code) || mentionsTLS(reply) {
            return StorageError(
                .tlsFailed, "the server wants TLS before the login: set the TLS mode to explicit (\(reply))",
                serverReply: "\(reply)")
        }
        if reply.code < 500 {
            // A fault of the server says nothing about the password.
            return StorageError(
                .unreachable, "the server can let nobody in at the moment: \(reply)", serverReply: "\(reply)")
        }
        return StorageError(
            .loginFailed, "the login of '\(credentials.user)' failed: \(reply)", serverReply: "\(reply)")
    }

    private func mentionsTLS(_ reply: Reply) -> Bool {
        let words = reply.text.lowercased()
        return ["tls", "ssl", "encrypt", "secure"].contains { words.contains($0) }
    }

    // MARK: CCC

    mutating func finish() -> Action {
        guard clearsCommandChannel, facts.isEncrypted, !facts.clearedCommandChannel else {
            isOver = true
            return .finish(facts)
        }
        awaited = [.clearing]
        return .send([.clearCommandChannel])
    }

    private mutating func clearingAnswered(_ reply: Reply) -> Action {
        guard reply.isCompletion else {
            return refuse(ProtectionRefusal.clearing(reply))
        }
        awaited = [.clear]
        return .endTLS
    }

    mutating func tlsEnded() -> Action {
        guard awaited == [.clear] else { return violation("TLS ended out of turn") }
        facts.clearedCommandChannel = true
        return finish()
    }

    // MARK: Ends

    mutating func refuse(_ error: StorageError) -> Action {
        isOver = true
        return .fail(error)
    }

    private mutating func violation(_ what: String) -> Action {
        refuse(StorageError(.protocolViolation, "the server broke the login dialogue: \(what)"))
    }

    private func limit(_ reply: Reply) -> StorageError {
        StorageError(
            .tooManyConnections, "the server takes no more connections at the moment: \(reply)",
            serverReply: "\(reply)")
    }

    private mutating func say(_ steps: [Step], before others: [(step: Step, command: Command)] = []) -> Action {
        do throws(StorageError) {
            var commands: [Command] = []
            for step in steps { commands.append(try credential(step)) }
            awaited = steps + others.map(\.step)
            return .send(commands + others.map(\.command))
        } catch {
            return refuse(
                StorageError(.configuration, "the user name or password cannot be sent: it holds a line break"))
        }
    }

    private func credential(_ step: Step) throws(StorageError) -> Command {
        switch step {
        case .password: try .password(credentials.password)
        case .account: try .account(credentials.account ?? Secret(""))
        default: try .user(credentials.user)
        }
    }
}
