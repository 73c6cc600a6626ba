import FileModel
import NIOCore
import Transport

/// Opening data connections (RFC 959 §3.2, RFC 2428).
extension FTPConnection {
    /// A transfer to be started.
    struct TransferRequest {
        var direction: TransferMachine.Direction
        var command: Command
        /// Where the stream starts (REST); 0 for its beginning.
        var offset: Int64 = 0
        /// A directory to go to before.
        var directory: RemotePath?
        /// See `TransferMachine.isEager`.
        var isEager = false
        /// See `TransferMachine.isPrompt`.
        var isPrompt = false
        /// About how many bytes will come, or be sent; nil where that is not known, or takes more than a moment.
        var expectedBytes: Int?
        /// Commands that leave when a download's last byte is here, before the server has confirmed it.
        var following: FlightSender?
        /// Commands that leave earlier yet, and when.
        var early: (sender: FlightSender, lead: FollowingLead)?
        var type = TransferType.binary

        var restart: [Command] { offset > 0 ? [.restart(at: offset)] : [] }
    }

    /// What can come of a request: a transfer under way, or the refusal of one of the commands before it.
    enum TransferStart {
        case underWay(DataTransfer)
        case refused(Reply)
    }

    /// Prepares a data connection and sends the command.
    func startTransfer(_ request: TransferRequest) async throws(StorageError) -> TransferStart {
        if request.expectedBytes == nil { try await awaitRenames() }
        settings.observer?(.began(.data))
        return settings.data.mode.isActive ? try await startActively(request) : try await startPassively(request)
    }

    /// Finds out where the server waits, connects there and sends the command.
    private func startPassively(_ request: TransferRequest) async throws(StorageError) -> TransferStart {
        if let endpoint = takePrepared(for: request) { return try await startPrepared(request, at: endpoint) }
        let passive = passiveCommand
        var reply: Reply
        switch try await prepare(request, passive) {
        case .refused(let refusal): return .refused(refusal)
        case .answered(let answer): reply = answer
        }
        if reply.kind == .permanentFailure && mayFallBack(from: passive) {
            memory[\.withoutExtendedPassive] = true
            reply = try await exchange([.passive] + request.restart)[0]
        }
        if reply.code == 425 { return .refused(reply) }
        return .underWay(begin(request, at: try dataEndpoint(reply)))
    }

    /// Connects to where the server waits.
    func begin(_ request: TransferRequest, at endpoint: Endpoint) -> DataTransfer {
        settings.observer?(.offeredData(endpoint, peer: peerAddress))
        let transfer = makeTransfer(request)
        tell(transfer, at: "\(endpoint)")
        dial(endpoint, transfer)
        begin(transfer)
        return transfer
    }

    /// What came of the commands before a transfer.
    enum Preparation {
        /// The reply to the command that opens the data connection.
        case answered(Reply)
        /// The reply to another one.
        case refused(Reply)
    }

    /// Sends what comes before the transfer command.
    ///
    /// CWD, TYPE, the command that opens the data connection and REST go out in one flight; REST comes last, because some
    /// servers forget the offset at the next command (RFC 3659 §5.3). Nothing is sent ahead of the reply to PORT and
    /// EPRT: pyftpdlib gives it when it has connected, and answers what came after them first.
    func prepare(_ request: TransferRequest, _ opening: Command) async throws(StorageError) -> Preparation {
        let isActive = settings.data.mode.isActive
        var commands: [Command] = []
        if let directory = request.directory {
            workingDirectory = nil
            commands.append(try .changeDirectory(directory))
        }
        let changesType = transferType != request.type
        if changesType {
            transferType = nil
            commands.append(request.type == .ascii ? .typeASCII : .typeBinary)
        }
        var replies = try await exchange(commands + [opening] + (isActive ? [] : request.restart))[...]
        if let directory = request.directory, let reply = replies.popFirst() {
            if reply.isFailure { return .refused(reply) }
            workingDirectory = directory
        }
        if changesType, let reply = replies.popFirst() {
            if reply.isFailure { return .refused(reply) }
            transferType = request.type
        }
        guard let answer = replies.first, var last = replies.last else { return .refused(Reply(503, "no reply")) }
        guard let restart = request.restart.first else { return .answered(answer) }
        if isActive {
            guard answer.isCompletion else { return .answered(answer) }
            last = try await exchange(restart)
        }
        if last.kind != .intermediate { return .refused(last) }
        return .answered(answer)
    }

    var passiveCommand: Command {
        switch settings.data.mode {
        case .extendedPassive: .extendedPassive
        case .passive: .passive
        default: memory[\.withoutExtendedPassive] && !isIPv6 ? .passive : .extendedPassive
        }
    }

    private func mayFallBack(from command: Command) -> Bool {
        command == .extendedPassive && settings.data.mode == .automatic && !isIPv6
    }

    /// PASV and PORT know no IPv6.
    var isIPv6: Bool { channel.remoteAddress?.protocol == .inet6 }

    func dataEndpoint(_ reply: Reply) throws(StorageError) -> Endpoint {
        let peer = peerAddress
        switch reply.code {
        case 229:
            return Endpoint(host: peer, port: try PassiveReply.extendedPort(reply))
        case 227:
            let (address, port) = try PassiveReply.addressAndPort(reply)
            let host = try PassiveAddress.resolve(address, peer: peer, fix: settings.data.addressFix)
            return Endpoint(host: host, port: port)
        default:
            throw StorageError(
                .dataConnectionFailed, "the server offers no passive data connection: \(reply)", serverReply: "\(reply)"
            )
        }
    }

    /// The address the control connection really leads to; behind a proxy only the name is known.
    private var peerAddress: String {
        guard settings.dialing.proxy == nil else { return settings.endpoint.host }
        return channel.remoteAddress?.ipAddress ?? settings.endpoint.host
    }

    func makeTransfer(_ request: TransferRequest) -> DataTransfer {
        let isActive = settings.data.mode.isActive
        let timeouts = settings.timeouts
        // A server that cannot reach us is told from one that is silent only if we give up before the reply's limit.
        let limits = DataTransfer.Limits(
            command: timeouts.command, verdict: timeouts.verdict,
            firstReply: isActive ? timeouts.command + timeouts.connect : timeouts.command)
        let transfer = DataTransfer(
            TransferMachine(
                request.direction, isActive: isActive, isSynchronized: settings.data.isSynchronized,
                isEager: request.isEager, isPrompt: request.isPrompt),
            request.command, control: control, loop: loop, limits: limits,
            requiresResumption: facts.protectsData && settings.security.resumption == .require)
        transfer.heedsABOR = facts.software.heedsABOR(isEncrypted: facts.protectsData)
        transfer.protectionLog = protectionLog
        transfer.following = request.following
        transfer.early = request.early?.sender
        transfer.lead = request.early?.lead
        transfer.gap = gap
        transfer.mark = transferMark
        transfer.expectedBytes = request.expectedBytes
        return transfer
    }

    /// Lets the observer know when bytes can flow.
    func tell(_ transfer: DataTransfer, at place: String) {
        guard let observer = settings.observer else { return }
        transfer.onOpen = { observer(.finished(.data, facts: [place] + $0)) }
    }

    func begin(_ transfer: DataTransfer) {
        self.transfer = transfer
        gap.close()
        transferMark.isUnderWay.store(true, ordering: .releasing)
        transfer.start()
        stallWatch.look(after: transfer)
    }
}
