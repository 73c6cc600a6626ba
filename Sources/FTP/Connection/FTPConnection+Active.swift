import FileModel
import NIOCore

/// Data connections that the server makes (RFC 959 §3.2, RFC 2428 §2).
///
/// Under TLS we stay the client, whoever connects (RFC 4217 §7).
extension FTPConnection {
    /// Opens a port, tells the server and sends the command, whereupon the server connects.
    ///
    /// pyftpdlib connects at PORT already, so the transfer stands ready before.
    func startActively(_ request: TransferRequest) async throws(StorageError) -> TransferStart {
        let transfer = makeTransfer(request)
        let listener = try await listen(for: transfer)
        tell(transfer, at: "from the server to port \(listener.value.port)")
        transfer.cancelDial = { listener.value.close() }
        do throws(StorageError) {
            let command = try ActiveAddress.command(
                settings.data.mode, announced: settings.data.activeAddress, local: localAddress,
                port: listener.value.port)
            switch try await prepare(request, command) {
            case .answered(let reply) where reply.isCompletion: break
            case .answered(let reply) where reply.kind == .permanentFailure: throw activeModeRefused(reply)
            case .answered(let reply), .refused(let reply):
                transfer.breakOff(.cancelled)
                return .refused(reply)
            }
        } catch {
            transfer.breakOff(error)
            throw error
        }
        begin(transfer)
        expectConnection(transfer, listener)
        return .underWay(transfer)
    }

    private func listen(for transfer: DataTransfer) async throws(StorageError) -> NIOLoopBound<ActiveListener> {
        let security = dataSecurity
        let bound = NIOLoopBound(transfer, eventLoop: loop)
        let ports = settings.data.activePorts
        let request = ActiveListener.Request(
            // Behind a router that forwards ports, the packets arrive at whatever address it has for this machine.
            address: settings.data.activeAddress == nil ? localAddress : isIPv6 ? "::" : "0.0.0.0", ports: ports,
            first: memory[\.nextActivePort] ?? ports.lowerBound, peer: channel.remoteAddress?.ipAddress ?? "")
        let listener = try await ActiveListener.open(request, on: loop) { channel in
            guard bound.value.channel == nil else { return channel.close() }
            bound.value.cancelDial?()
            bound.value.cancelDial = nil
            let configured = Self.configure(channel, bound, security)
            configured.whenFailure { bound.value.dialFailed(ControlChannel.translate($0)) }
            return configured
        }
        memory[\.nextActivePort] = listener.value.port + 1
        return listener
    }

    private func expectConnection(_ transfer: DataTransfer, _ listener: NIOLoopBound<ActiveListener>) {
        guard transfer.channel == nil else { return }
        let bound = NIOLoopBound(transfer, eventLoop: loop)
        let limit = settings.timeouts.connect
        let late = activeModeFailed("it did not connect within \(limit.inSeconds)")
        listener.value.expire(after: limit) { bound.value.dialFailed(late) }
    }

    private var localAddress: String { channel.localAddress?.ipAddress ?? "" }

    private func activeModeRefused(_ reply: Reply) -> StorageError {
        let other = settings.data.mode == .active ? "eprt" : "port"
        return StorageError(
            .dataConnectionFailed,
            "the server refuses active data connections: \(reply); use data_connection = \"auto\" or \"\(other)\"",
            serverReply: "\(reply)")
    }

    /// - Parameter reason: what the server said or did.
    func activeModeFailed(_ reason: String, _ reply: Reply? = nil) -> StorageError {
        let ports = settings.data.activePorts
        return StorageError(
            .dataConnectionFailed,
            "active mode: the server could not connect to \(settings.data.activeAddress ?? localAddress): \(reason); "
                + "let it reach active_ports (\(ports.lowerBound)-\(ports.upperBound)), set active_address where "
                + "there is NAT, or use data_connection = \"auto\"",
            serverReply: reply.map { "\($0)" })
    }
}
