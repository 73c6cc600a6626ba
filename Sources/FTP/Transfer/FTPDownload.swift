public import FileModel
public import NIOCore
import Synchronization

/// A file on its way from the server. It holds its session until it has ended.
public final class FTPDownload: Sendable {
    private let connection: FTPConnection
    private let transfer: NIOLoopBound<DataTransfer>
    private let received: ReceivedBytes
    private let path: RemotePath
    /// nil: the bytes are handed on as they are.
    private let decoder: Mutex<LineEndDecoder?>

    init(
        _ connection: FTPConnection, _ transfer: NIOLoopBound<DataTransfer>, path: RemotePath, type: TransferType
    ) {
        self.connection = connection
        self.transfer = transfer
        received = transfer.value.received
        self.path = path
        decoder = Mutex(type == .ascii ? LineEndDecoder() : nil)
    }

    /// Dropping it breaks the transfer off.
    deinit { breakOff() }

    /// The next bytes, at least one; nil once all were delivered and the server has confirmed the whole transfer.
    ///
    /// The server is slowed down when bytes are not taken. Cancelling the task breaks the transfer off.
    public func next() async throws(StorageError) -> ByteBuffer? {
        while let bytes = try await read() {
            let decoded = decoder.withLock { $0?.decode(bytes) } ?? bytes
            if decoded.readableBytes > 0 { return decoded }
        }
        let rest = decoder.withLock { $0?.finish() }
        return rest.flatMap { $0.readableBytes > 0 ? $0 : nil }
    }

    private func read() async throws(StorageError) -> ByteBuffer? {
        let (transfer, path) = (transfer, path)
        if !Task.isCancelled, let (piece, canGoOn) = received.takeFirst() {
            if canGoOn { connection.loop.execute { transfer.value.readMore() } }
            return piece
        }
        return try await connection.perform { connection throws(StorageError) in
            try await connection.read(transfer, path: path)
        }
    }

    /// Gives up; the session is in order again, or closed, before its next operation starts.
    public func breakOff() {
        let transfer = transfer
        connection.loop.execute { transfer.value.breakOff(.cancelled) }
    }
}

extension FTPConnection {
    /// Whether a transfer can start in mid-file. Where FEAT does not tell, the server is asked once.
    public func restartsStreams() async throws(StorageError) -> Bool {
        if settings.transferType == .ascii { return false }
        if features.restartsStreams { return true }
        if let known = memory[\.restarts] { return known }
        return try await operation { () async throws(StorageError) in
            let reply = try await exchange(.restart(at: 0))
            memory[\.restarts] = reply.kind == .intermediate
            return reply.kind == .intermediate
        }
    }

    /// The same as far as it is known.
    public var mayRestartStreams: Bool {
        settings.transferType == .binary && (features.restartsStreams || memory[\.restarts] != false)
    }

    /// Starts to read a file.
    ///
    /// - Parameter offset: the first byte wanted (REST); 0 under TYPE A, where servers and we count differently.
    /// - Throws: `.notFound`, `.permissionDenied`, `.isDirectory` and so on; `.dataConnectionFailed`.
    public func retrieve(_ path: RemotePath, from offset: Int64 = 0) async throws(StorageError) -> FTPDownload {
        let transfer = try await operation { () async throws(StorageError) in
            guard offset == 0 || settings.transferType == .binary else {
                throw StorageError.unsupported("reading \(path) from its middle with transfer_type = \"ascii\"")
            }
            var request = TransferRequest(direction: .download, command: try .retrieve(path), offset: offset)
            request.type = settings.transferType
            let transfer = try await startPatiently(request, about: path, "read \(path)")
            return NIOLoopBound(transfer, eventLoop: loop)
        }
        return FTPDownload(self, transfer, path: path, type: settings.transferType)
    }

    func read(_ transfer: NIOLoopBound<DataTransfer>, path: RemotePath) async throws(StorageError) -> ByteBuffer? {
        let transferring = transfer.value
        do throws(StorageError) {
            return try await callback({ transferring.read($0) }, cancelled: { transfer.value.breakOff(.cancelled) })
        } catch {
            guard let refusal = transferring.refusal else { throw error }
            throw ReplyMapping.error(refusal, action: "read \(path)", path: path)
        }
    }

    /// Starts a transfer and waits until the server has agreed to it or has bytes to give.
    ///
    /// A `425` may pass: ProFTPD with few passive ports answers `Address already in use` now and then.
    /// - Parameter meaning: what a vague refusal means for a path of each kind.
    func startPatiently(
        _ request: TransferRequest, about path: RemotePath, _ action: String, meaning: RefusalMeaning = RefusalMeaning()
    ) async throws(StorageError) -> DataTransfer {
        for pause in [Duration.milliseconds(50), .milliseconds(200), nil] {
            let refusal: Reply
            switch try await withPreparedData({ () async throws(StorageError) in try await startOnce(request) }) {
            case .underWay(let transfer):
                memory[\.reachesDataPorts] = true
                return transfer
            case .refused(let reply): refusal = reply
            }
            guard refusal.code == 425, !ReplyMapping.refusesUnresumedSession(refusal), let pause else {
                if refusal.code == 425, settings.data.mode.isActive { throw activeModeFailed("\(refusal)", refusal) }
                throw try await explain(refusal, action, path, meaning)
            }
            try await wait(pause)
        }
        throw StorageError(.dataConnectionFailed, "cannot \(action): the server has no data port free")
    }

    private func startOnce(_ request: TransferRequest) async throws(StorageError) -> TransferStart {
        let start = try await startTransfer(request)
        guard case .underWay(let transfer) = start else { return start }
        return try await refusalOfStart(transfer).map { .refused($0) } ?? start
    }

    /// Waits for the start.
    ///
    /// - Returns: the reply that refused the transfer; nil when it has started.
    /// - Throws: also for a 425 that only says that our data connection did not come.
    private func refusalOfStart(_ transfer: DataTransfer) async throws(StorageError) -> Reply? {
        let bound = NIOLoopBound(transfer, eventLoop: loop)
        do throws(StorageError) {
            try await callback({ transfer.whenStarted($0) }, cancelled: { bound.value.breakOff(.cancelled) })
            return nil
        } catch {
            let refusal = transfer.refusal
            let isInUse = refusal?.text.lowercased().contains("in use") ?? false
            guard let dialError = transfer.dialError, refusal == nil || (refusal?.code == 425 && !isInUse) else {
                if let refusal { return refusal }
                throw error
            }
            // Perhaps a firewall that understands PASV only.
            if settings.data.mode == .automatic { memory[\.withoutExtendedPassive] = true }
            throw dialError
        }
    }

    private func wait(_ pause: Duration) async throws(StorageError) {
        do { try await Task.sleep(for: pause) } catch { throw .cancelled }
    }
}
