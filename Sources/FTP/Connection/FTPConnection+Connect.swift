public import FileModel
import NIOCore
import TLS
import Transport

extension FTPConnection {
    /// Connects, encrypts as the settings want, and logs in.
    ///
    /// - Throws: `.configuration` for settings that contradict each other; `.unreachable`, `.timedOut`, `.tlsFailed`, `.tooManyConnections` (421, or a 530 that says so),
    ///   `.loginFailed`. A 530 without words may mean a limit: who knows that the password is right decides.
    public static func connect(_ settings: FTPSettings) async throws(StorageError) -> FTPConnection {
        try settings.check()
        let loop = EventLoops.next()
        let made = NIOLoopBoundBox.makeEmptyBox(valueType: ControlChannel.self, eventLoop: loop)
        let channel = try await dial(settings, on: loop, made)
        let connection = FTPConnection(settings, channel: channel, control: made)
        do throws(StorageError) {
            try await connection.open()
            return connection
        } catch {
            await connection.giveUp(error)
            throw error
        }
    }

    private static func dial(
        _ settings: FTPSettings, on loop: any EventLoop, _ made: NIOLoopBoundBox<ControlChannel?>
    ) async throws(StorageError) -> any Channel {
        let dialer = Dialer(settings.dialing, observer: settings.observer)
        let log = settings.log?.connection()
        log?.note("connecting to \(settings.endpoint)\(settings.dialing.proxy.map { " through \($0)" } ?? "")")
        return try await dialer.connect(to: settings.endpoint, on: loop, timeout: settings.timeouts.connect) {
            channel in
            channel.eventLoop.makeCompletedFuture {
                let control = ControlChannel(settings, log: log)
                control.isSerial = settings.data.isSynchronized
                made.value = control
                try channel.pipeline.syncOperations.addHandler(control)
            }
        }
    }

    /// Everything between the TCP connect and a session that is ready.
    private func open() async throws(StorageError) {
        let end = end
        if let reason = control.endReason { end.happened(reason) }
        control.onEnd = { end.happened($0) }
        try await withDeadlineOfLogin { () async throws(StorageError) in try await self.logIn() }
    }

    private func logIn() async throws(StorageError) {
        let security = settings.security
        var machine = LoginMachine(
            credentials: settings.credentials, security: security,
            offeredTLSBefore: security.mode == .ifAvailable ? try await security.history.offeredBefore() : false,
            prefersUTF8: settings.prefersUTF8, expectations: expectations)
        var stages = LoginStages(settings.observer)
        var action = machine.start()
        while true {
            stages.follow(action)
            switch action {
            case .awaitReply:
                action = machine.replyReceived(try await next(control.greeting))
            case .send(let commands):
                action = try await answer(commands, &machine)
            case .startTLS:
                try await startTLS()
                stages.encrypted(control.tls)
                action = machine.tlsEstablished()
            case .acceptClearText:
                try await security.history.goesOnInClear()
                memory[\.refusedTLS] = .now
                action = machine.clearTextAccepted()
            case .endTLS:
                try await endTLS()
                action = machine.tlsEnded()
            case .finish(let facts):
                return try await ready(facts)
            case .fail(let error):
                memory[\.refusedTLS] = nil
                throw error
            }
        }
    }

    /// Hands the machine each reply as it comes: a server that turns us away answers no more of the commands.
    private func answer(
        _ commands: [Command], _ machine: inout LoginMachine
    ) async throws(StorageError) -> LoginMachine.Action {
        let sender = sender(of: commands)
        if settings.pipelining { sender.send() }
        var action = LoginMachine.Action.awaitReply
        for command in commands where action == .awaitReply {
            action = machine.replyReceived(
                sender.wasSent ? try await next(sender.inbox) : try await exchange(command))
        }
        return action
    }

    /// A burst of logins is a matter of seconds; nothing older is relied upon.
    private var expectations: LoginExpectations {
        func isRecent(_ moment: ContinuousClock.Instant?) -> Bool { moment.map { .now - $0 < .seconds(30) } ?? false }
        return LoginExpectations(
            refusesTLS: isRecent(memory[\.refusedTLS]),
            asksForPassword: settings.pipelining && settings.credentials.account == nil && memory[\.asksForPassword],
            features: settings.pipelining ? memory[\.features] : nil,
            dataCommand: settings.mayAskForDataAhead ? passiveCommand : nil)
    }

    private func ready(_ facts: SessionFacts) async throws(StorageError) {
        self.facts = facts
        for command in facts.openOptions {
            if settings.pipelining { sendUnheard(command) } else { _ = try await exchange(command) }
        }
        memory[\.features] = facts.features
        memory[\.asksForPassword] = facts.askedForPassword
        takeNextData(facts.nextData)
        control.doublesIAC = facts.software.doublesIAC
        if !facts.features.hasMachineListings { memory[\.withoutMachineListings] = true }
    }

    /// The login is many replies; each has its limit, and the whole dialogue ten times that.
    private func withDeadlineOfLogin(_ body: () async throws(StorageError) -> Void) async throws(StorageError) {
        let limit = settings.timeouts.command * 10
        let late = StorageError(.timedOut, "the login did not end within \(limit.inSeconds)")
        let deadline = endLater(after: limit, late)
        defer { deadline.cancel() }
        try await body()
    }

    private func giveUp(_ error: StorageError) {
        control.end(error)
    }
}
