import FileModel
import NIOCore

/// From the first byte to an open channel.
extension SSHHandler {
    func start(_ context: ChannelHandlerContext) {
        startLimit(settings.handshakeTimeout, "the handshake", context)
        settings.observer?(.began(.keyExchange))
        do throws(StorageError) {
            let session = try SSHSession(wire: wire)
            session.prefer(hostKeyTypes: verifier.knownTypes, compression: settings.compression)
            // What comes after an agent needs time as well.
            wire.agentPatience = CInt(min(settings.loginTimeout / .milliseconds(1) * 2 / 3, 600_000))
            phase = .handshaking(session)
            log?.sent("SSH-2.0-libssh2_\(LibSSH2.version)")
        } catch {
            fail(error, context)
        }
        pump(context)
    }

    /// Goes on as far as the bytes at hand allow.
    func pump(_ context: ChannelHandlerContext) {
        guard !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        do throws(StorageError) {
            while try step(context) {}
        } catch {
            sendWire(context, completing: [])
            fail(error, context)
        }
    }

    /// - Returns: whether the next step can be taken at once.
    private func step(_ context: ChannelHandlerContext) throws(StorageError) -> Bool {
        switch phase {
        case .handshaking(let session):
            let isDone = try session.handshake()
            sendWire(context, completing: [])
            if isDone { try verify(session, context) }
            return false
        case .idle, .verifying, .ended, .loggingIn(nil):
            return false
        case .loggingIn(let loan?):
            logIn(loan, context)
            return false
        case .opening(let session):
            let channel = try session.openChannel(window: settings.window)
            return advance(channel.map { .starting($0) }, context)
        case .starting(let channel):
            guard advance(try channel.startSubsystem("sftp") ? .open(channel) : nil, context) else { return false }
            becomeReady(channel.session)
            return true
        case .open(let channel):
            return try transfer(channel, context)
        }
    }

    private func advance(_ next: Phase?, _ context: ChannelHandlerContext) -> Bool {
        sendWire(context, completing: [])
        guard let next else { return false }
        phase = next
        return true
    }

    private func becomeReady(_ session: SSHSession) {
        limit?.cancel()
        log?.note("the sftp subsystem is running")
        ready.succeed(session.software)
    }

    // MARK: On other threads

    private func verify(_ session: SSHSession, _ context: ChannelHandlerContext) throws(StorageError) {
        phase = .verifying(session)
        let key = try session.hostKey()
        log?.received(wire.greetingLine)
        log?.note(session.algorithms)
        log?.received("host key \(key.type) \(key.fingerprint)")
        let verifier = verifier
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        SSHThreads.run(on: context.eventLoop) { try verifier.verify(key) }.whenComplete {
            let (handler, context) = bound.value
            handler.verified($0.mapError { .wrapping($0) }, context)
        }
    }

    private func verified(_ result: Result<Void, StorageError>, _ context: ChannelHandlerContext) {
        guard case .verifying(let session) = phase else { return }
        if case .failure(let error) = result { return fail(error, context) }
        startLimit(settings.loginTimeout, "the login", context)
        settings.observer?(.finished(.keyExchange, facts: session.facts))
        settings.observer?(.began(.login))
        log?.note("the host key is the right one")
        phase = .loggingIn(SSHLoan(session: session, login: SSHLogin(settings.credentials, log: log)))
        pump(context)
    }

    private func logIn(_ loan: SSHLoan, _ context: ChannelHandlerContext) {
        phase = .loggingIn(nil)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        SSHThreads.logIn(loan, on: context.eventLoop).whenComplete {
            let (handler, context) = bound.value
            handler.returned(loan, $0.mapError { .wrapping($0) }, context)
        }
    }

    private func returned(_ loan: SSHLoan, _ result: Result<Bool, StorageError>, _ context: ChannelHandlerContext) {
        guard case .loggingIn(nil) = phase else { return }
        sendWire(context, completing: [])
        let hasMore = held.readableBytes > 0 || (endedMeanwhile && !wire.isEnded)
        wire.arrived(held)
        held = ByteBuffer()
        if endedMeanwhile { wire.isEnded = true }
        switch result {
        case .failure(let error): fail(error, context)
        case .success(true):
            phase = .opening(loan.session)
            settings.observer?(.finished(.login, facts: ["'\(settings.credentials.user)' by \(loan.login.method)"]))
            settings.observer?(.began(.sftp))
            pump(context)
        case .success(false):
            phase = .loggingIn(loan)
            if hasMore {
                pump(context)
            } else if endedMeanwhile {
                fail(StorageError(.connectionLost, "the connection was lost"), context)
            }
        }
    }
}
