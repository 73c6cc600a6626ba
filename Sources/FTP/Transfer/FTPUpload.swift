public import FileModel
public import NIOCore
import Synchronization

/// A file on its way to the server. It holds its session until it has ended.
public final class FTPUpload: Sendable {
    private let connection: FTPConnection
    private let transfer: NIOLoopBound<DataTransfer>
    private let path: RemotePath
    /// nil: the bytes are sent as they are.
    private let encoder: Mutex<LineEndEncoder?>

    init(
        _ connection: FTPConnection, _ transfer: NIOLoopBound<DataTransfer>, path: RemotePath, type: TransferType
    ) {
        self.connection = connection
        self.transfer = transfer
        self.path = path
        encoder = Mutex(type == .ascii ? LineEndEncoder() : nil)
    }

    /// Dropping it unfinished breaks the transfer off.
    deinit { breakOff() }

    /// Sends bytes; returns when there is room for more, throws what the server has said in between.
    ///
    /// Cancelling the task breaks the transfer off: what the server keeps of the file is not known.
    public func write(_ bytes: ByteBuffer) async throws(StorageError) {
        let encoded = encoder.withLock { $0?.encode(bytes) } ?? bytes
        try await connection.write(encoded, transfer, path: path)
    }

    /// Ends the file and returns the server's verdict on all of it.
    public func finish() async throws(StorageError) {
        try await connection.finish(transfer, path: path)
    }

    /// Gives up; what was sent may or may not stay.
    public func breakOff() {
        let transfer = transfer
        connection.loop.execute { transfer.value.breakOff(.cancelled) }
    }
}

/// Where an upload begins.
public enum UploadStart: Hashable, Sendable {
    /// An empty file.
    case empty
    /// In mid-file: REST and STOR.
    case offset(Int64)
    /// At the file's end, wherever that is: APPE.
    case end
}

extension FTPConnection {
    /// Starts to write a file; an existing one is replaced, or continued as `start` says.
    ///
    /// Returns when the server has agreed to take the bytes, so that refusals are told here.
    public func store(_ path: RemotePath, _ start: UploadStart = .empty) async throws(StorageError) -> FTPUpload {
        try checkCreatable(path)
        let transfer = try await operation { () async throws(StorageError) in
            var request = TransferRequest(direction: .upload, command: try .store(path))
            request.type = settings.transferType
            switch start {
            case .empty: break
            case .offset where settings.transferType == .ascii:
                throw StorageError.unsupported("writing \(path) from its middle with transfer_type = \"ascii\"")
            case .offset(let offset): request.offset = offset
            case .end: request.command = try .append(path)
            }
            request.isPrompt = start == .empty && knowsDataConnections
            let meaning = RefusalMeaning { () async throws(StorageError) in try await self.refusalToCreate(path) }
            let transfer = try await startPatiently(request, about: path, "write \(path)", meaning: meaning)
            return NIOLoopBound(transfer, eventLoop: loop)
        }
        return FTPUpload(self, transfer, path: path, type: settings.transferType)
    }

    func write(
        _ bytes: ByteBuffer, _ transfer: NIOLoopBound<DataTransfer>, path: RemotePath
    ) async throws(StorageError) {
        let transferring = transfer.value
        do throws(StorageError) {
            try await callback(
                { transferring.write(bytes, done: $0) }, cancelled: { transfer.value.breakOff(.cancelled) })
        } catch {
            throw uploadError(error, transferring, path)
        }
    }

    /// Ends the file and waits for the server's verdict on all of it.
    ///
    /// - Parameter last: what is still to be sent.
    func finish(
        _ transfer: NIOLoopBound<DataTransfer>, with last: ByteBuffer = ByteBuffer(), path: RemotePath
    ) async throws(StorageError) {
        let transferring = transfer.value
        do throws(StorageError) {
            _ = try await callback(
                { (body: @escaping @Sendable (Result<Reply, StorageError>) -> Void) in
                    if last.readableBytes > 0 {
                        transferring.write(last) { if case .failure(let error) = $0 { body(.failure(error)) } }
                    }
                    transferring.whenOver(body)
                    transferring.finishUpload()
                }, cancelled: { transfer.value.breakOff(.cancelled) })
            noteWitness(at: path)
        } catch {
            throw uploadError(error, transferring, path)
        }
    }

    /// A file that was uploaded a moment ago tells the clock of a server that is not known yet.
    private func noteWitness(at path: RemotePath) {
        guard memory.awaitsClock || !features.has("MDTM") else { return }
        memory[\.witnesses].add(UploadWitness(path: path, moment: .now()))
    }

    private func uploadError(_ error: StorageError, _ transfer: DataTransfer, _ path: RemotePath) -> StorageError {
        guard let refusal = transfer.refusal else { return error }
        return ReplyMapping.error(refusal, action: "write \(path)", path: path)
    }

    /// Names that the server is known to change or refuse.
    func checkCreatable(_ path: RemotePath) throws(StorageError) {
        guard let name = path.name, !facts.software.canCreate(name) else { return }
        throw StorageError(
            .invalidName, "this server cannot store the name \(quoted(name.bytes)): it would change or refuse it")
    }
}
