import FileModel
import NIOCore
import TLS
import Transport

/// Making data connections, and what they need.
extension FTPConnection {
    /// Connects to where the server waits.
    func dial(_ endpoint: Endpoint, _ transfer: DataTransfer) {
        var options = settings.dialing
        if !settings.data.usesProxy { options.proxy = nil }
        control.log?.note("data connection to \(endpoint)\(options.proxy.map { " through \($0)" } ?? "")")
        let (bound, dialer) = (NIOLoopBound(transfer, eventLoop: loop), Dialer(options))
        let (limit, security) = (settings.timeouts.connect, dataSecurity)
        let attempt = dialer.attempt(
            to: endpoint, on: loop, timeout: limit, isBrief: transfer.expectedBytes != nil
        ) { Self.configure($0, bound, security) }
        guard let attempt else {
            let dialing = Task { await self.dial(endpoint, bound, dialer, security) }
            return transfer.cancelDial = { dialing.cancel() }
        }
        transfer.cancelDial = { attempt.whenSuccess { $0.close(promise: nil) } }
        attempt.whenComplete { result in
            bound.value.cancelDial = nil
            guard case .failure(let error) = result else { return }
            bound.value.dialFailed(
                Self.unreachable(endpoint, Dialer.translate(error, endpoint: endpoint, limit: limit)))
        }
    }

    private func dial(
        _ endpoint: Endpoint, _ transfer: NIOLoopBound<DataTransfer>, _ dialer: Dialer, _ security: DataSecurity?
    ) async {
        do throws(StorageError) {
            _ = try await dialer.connect(to: endpoint, on: loop, timeout: settings.timeouts.connect) { channel in
                Self.configure(channel, transfer, security)
            }
            transfer.value.cancelDial = nil
        } catch {
            transfer.value.dialFailed(Self.unreachable(endpoint, error))
        }
    }

    private static func unreachable(_ endpoint: Endpoint, _ error: StorageError) -> StorageError {
        StorageError(
            .dataConnectionFailed,
            "the control connection works, but no data connection to \(endpoint): \(error.message); "
                + "are the server's passive ports open?")
    }

    /// What a data connection needs for TLS: the control connection's session, fresh from its last reply.
    struct DataSecurity: Sendable {
        let context: TLSContext
        let host: String
        let resumption: TLSResumption?
    }

    var dataSecurity: DataSecurity? {
        guard facts.protectsData, let context = settings.security.context else { return nil }
        let resumption = settings.security.resumption == .off ? nil : control.tls?.resumption
        return DataSecurity(context: context, host: settings.endpoint.host, resumption: resumption)
    }

    static func configure(
        _ channel: any Channel, _ transfer: NIOLoopBound<DataTransfer>, _ security: DataSecurity?
    ) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let options = channel.syncOptions
            try options?.setOption(.autoRead, value: false)
            try options?.setOption(.allowRemoteHalfClosure, value: true)
            let room = transfer.value.roomForReading(isEncrypted: security != nil)
            try options?.setOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: room))
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(transfer.value)
            guard let security else { return }
            let session = try TLSSession(security.context, host: security.host, resuming: security.resumption)
            transfer.value.tls = session
            let start = {
                let handshake = channel.eventLoop.makePromise(of: Void.self)
                handshake.futureResult.whenComplete { transfer.value.handshakeEnded($0) }
                let handler = TLSHandler(session, handshake: handshake)
                // Not the first: a proxy's dialogue is in clear, and comes before.
                try channel.pipeline.syncOperations.addHandler(handler, position: .before(transfer.value))
            }
            if transfer.value.holdsHandshakeBack {
                transfer.value.heldHandshake = { try? start() }
            } else {
                try start()
            }
        }
    }
}
