import FileModel
import NIOCore
import TLS
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

        var preparation: [Command] {
            get throws(StorageError) {
                guard let directory else { return [] }
                return [try .changeDirectory(directory)]
            }
        }
    }

    /// What can come of a request: a transfer under way, or the refusal of one of the commands before it.
    enum TransferStart {
        case underWay(DataTransfer)
        case refused(Reply)
    }

    /// Finds out where the server waits, connects there and sends the command.
    ///
    /// CWD, the passive command and REST go out in one flight; REST comes last, because some servers forget the offset
    /// at the next command (RFC 3659 §5.3).
    func startTransfer(_ request: TransferRequest) async throws(StorageError) -> TransferStart {
        let restart = request.offset > 0 ? [Command.restart(at: request.offset)] : []
        let passive = passiveCommand
        settings.observer?(.began(.data))
        if request.directory != nil { workingDirectory = nil }
        var replies = try await exchange(try request.preparation + [passive] + restart)[...]
        if let directory = request.directory, let reply = replies.popFirst() {
            if reply.isFailure { return .refused(reply) }
            workingDirectory = directory
        }
        guard var passiveReply = replies.first, let last = replies.last else { return .refused(Reply(503, "no reply")) }
        if !restart.isEmpty && last.kind != .intermediate { return .refused(last) }
        if passiveReply.kind == .permanentFailure && mayFallBack(from: passive) {
            memory[\.withoutExtendedPassive] = true
            passiveReply = try await exchange([.passive] + restart)[0]
        }
        if passiveReply.code == 425 { return .refused(passiveReply) }
        return .underWay(begin(request, try dataEndpoint(passiveReply)))
    }

    private var passiveCommand: Command {
        switch settings.data.mode {
        case .extendedPassive: .extendedPassive
        case .passive: .passive
        case .automatic: memory[\.withoutExtendedPassive] && !isIPv6 ? .passive : .extendedPassive
        }
    }

    private func mayFallBack(from command: Command) -> Bool {
        command == .extendedPassive && settings.data.mode == .automatic && !isIPv6
    }

    /// PASV knows no IPv6.
    private var isIPv6: Bool { channel.remoteAddress?.protocol == .inet6 }

    private func dataEndpoint(_ reply: Reply) throws(StorageError) -> Endpoint {
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

    private func begin(_ request: TransferRequest, _ endpoint: Endpoint) -> DataTransfer {
        settings.observer?(.offeredData(endpoint, peer: peerAddress))
        let limits = DataTransfer.Limits(command: settings.timeouts.command, verdict: settings.timeouts.verdict)
        let transfer = DataTransfer(
            request.direction, request.command, control: control, loop: loop, limits: limits,
            requiresResumption: facts.protectsData && settings.security.resumption == .require)
        transfer.heedsABOR = facts.software.heedsABOR(isEncrypted: facts.protectsData)
        transfer.protectionLog = protectionLog
        if let observer = settings.observer {
            transfer.onOpen = { observer(.finished(.data, facts: ["\(endpoint)"] + $0)) }
        }
        self.transfer = transfer
        let bound = NIOLoopBound(transfer, eventLoop: loop)
        let dialing = Task { await self.dial(endpoint, bound) }
        transfer.cancelDial = { dialing.cancel() }
        transfer.start()
        return transfer
    }

    private func dial(_ endpoint: Endpoint, _ transfer: NIOLoopBound<DataTransfer>) async {
        let security = dataSecurity
        var options = settings.dialing
        if !settings.data.usesProxy { options.proxy = nil }
        control.log?.note("data connection to \(endpoint)\(options.proxy.map { " through \($0)" } ?? "")")
        do throws(StorageError) {
            _ = try await Dialer(options).connect(to: endpoint, on: loop, timeout: settings.timeouts.connect) {
                channel in
                Self.configure(channel, transfer, security)
            }
            transfer.value.cancelDial = nil
        } catch {
            transfer.value.dialFailed(
                StorageError(
                    .dataConnectionFailed,
                    "the control connection works, but no data connection to \(endpoint): \(error.message); "
                        + "are the server's passive ports open?"))
        }
    }

    /// What a data connection needs for TLS: the control connection's session, fresh from its last reply.
    struct DataSecurity: Sendable {
        let context: TLSContext
        let host: String
        let resumption: TLSResumption?
    }

    private var dataSecurity: DataSecurity? {
        guard facts.protectsData, let context = settings.security.context else { return nil }
        let resumption = settings.security.resumption == .off ? nil : control.tls?.resumption
        return DataSecurity(context: context, host: settings.endpoint.host, resumption: resumption)
    }

    private static func configure(
        _ channel: any Channel, _ transfer: NIOLoopBound<DataTransfer>, _ security: DataSecurity?
    ) -> EventLoopFuture<Void> {
        channel.setOption(.autoRead, value: false).flatMap {
            channel.setOption(.allowRemoteHalfClosure, value: true)
        }.flatMap {
            channel.setOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 256 * 1024))
        }.flatMapThrowing {
            let pipeline = channel.pipeline.syncOperations
            if let security {
                let session = try TLSSession(security.context, host: security.host, resuming: security.resumption)
                let handshake = channel.eventLoop.makePromise(of: Void.self)
                handshake.futureResult.whenComplete { transfer.value.handshakeEnded($0) }
                transfer.value.tls = session
                try pipeline.addHandler(TLSHandler(session, handshake: handshake))
            }
            try pipeline.addHandler(transfer.value)
        }
    }
}
