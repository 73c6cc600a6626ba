import FileModel
import NIOCore

extension DataTransfer {
    /// The next bytes; nil at the end, once the server has confirmed the whole transfer.
    func read(_ body: @escaping (Result<ByteBuffer?, StorageError>) -> Void) {
        guard reader == nil else {
            return body(.failure(StorageError(.busy, "the transfer is being read already")))
        }
        if isBrokenOff { return body(.failure(.cancelled)) }
        reader = body
        serveReader()
    }

    /// Bytes to be read at once: NIO's first read of a connection takes twice as much memory, and copies all of it.
    func roomForReading(isEncrypted: Bool) -> Int {
        let most = 256 * 1024
        // An upload hears no more than TLS.
        let wanted = machine.direction == .download ? expectedBytes.map { $0 + 1 } ?? most : 1024
        return min(most, isEncrypted ? max(16 * 1024, wanted + 1024) : wanted)
    }

    /// Hands over what is there. The end is told only after the last byte, and only if all went well.
    func serveReader() {
        guard let body = reader else { return }
        if let (bytes, _) = received.takeFirst() {
            reader = nil
            readMore()
            return body(.success(bytes))
        }
        guard let result else { return }
        reader = nil
        body(result.map { _ in nil })
    }
}
