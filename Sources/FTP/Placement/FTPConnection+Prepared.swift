import FileModel
import NIOCore
import Transport

/// Data connections that are asked for before they are needed, together with other commands.
extension FTPConnection {
    /// Notes where the server waits for the next data connection; a refusal means only that it is asked again.
    func takeNextData(_ reply: Reply?) {
        prepared = reply.flatMap { try? dataEndpoint($0) }.map { PreparedData(endpoint: $0, since: .now) }
    }

    /// The address that was asked for ahead, for a transfer that needs nothing else before it.
    func takePrepared(for request: TransferRequest) -> Endpoint? {
        defer { prepared = nil }
        guard request.offset == 0, transferType == request.type else { return nil }
        if request.directory != nil, !handlesWholeFiles { return nil }
        return prepared.flatMap { $0.isFresh ? $0.endpoint : nil }
    }

    /// A server may have forgotten a data connection that was asked for long ago; then it is asked for again.
    func withPreparedData<Value>(
        _ body: () async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let wasPrepared = prepared != nil
        do throws(StorageError) {
            return try await body()
        } catch {
            guard wasPrepared, error.code == .dataConnectionFailed else { throw error }
            prepared = nil
            return try await body()
        }
    }

    /// CWD and the listing command leave together; not a byte of the listing is looked at before CWD has succeeded.
    func startPrepared(_ request: TransferRequest, at endpoint: Endpoint) async throws(StorageError) -> TransferStart {
        guard let directory = request.directory else { return .underWay(begin(request, at: endpoint)) }
        workingDirectory = nil
        let inbox = ReplyInbox()
        let change = try Command.changeDirectory(directory)
        control.gather()
        control.send(change, limit: settings.timeouts.command) { inbox.take($0) }
        let transfer = begin(request, at: endpoint)
        control.sendGathered()
        let bound = NIOLoopBound(transfer, eventLoop: loop)
        let reply: Reply
        do throws(StorageError) {
            reply = try await next(inbox)
        } catch {
            bound.value.breakOff(error)
            throw error
        }
        guard reply.isFailure else {
            workingDirectory = directory
            return .underWay(transfer)
        }
        await drain(bound)
        return .refused(reply)
    }

    /// Takes a listing that nobody wants: servers end the whole session when a TLS handshake is cut.
    private func drain(_ transfer: NIOLoopBound<DataTransfer>) async {
        var budget = 4 << 20
        while let bytes = try? await read(transfer, path: .root) {
            budget -= bytes.readableBytes
            if budget < 0 { transfer.value.breakOff(.cancelled) }
        }
        _ = try? await callback { body in transfer.value.whenOver(body) }
    }
}

/// Where the server waits for a data connection, and since when; servers do not wait for ever.
struct PreparedData {
    var endpoint: Endpoint
    var since: ContinuousClock.Instant

    var isFresh: Bool { .now - since < .seconds(10) }
}
