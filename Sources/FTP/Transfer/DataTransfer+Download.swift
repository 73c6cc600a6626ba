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

    /// Hands over what is there. The end is told only after the last byte, and only if all went well.
    func serveReader() {
        guard let body = reader else { return }
        if let bytes = received.popFirst() {
            reader = nil
            receivedBytes -= bytes.readableBytes
            readMore()
            return body(.success(bytes))
        }
        guard let result else { return }
        reader = nil
        body(result.map { _ in nil })
    }
}
