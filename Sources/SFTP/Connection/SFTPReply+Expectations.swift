import FileModel
import NIOCore

/// What a request's answer must be; anything else is the status' error, or a broken protocol.
extension SFTPReply {
    func ok(_ operation: @autoclosure () -> String) throws(StorageError) {
        guard case .status(let status) = self else { throw unexpected(operation()) }
        if !status.isOK { throw status.error(operation()) }
    }

    func handle(_ operation: @autoclosure () -> String) throws(StorageError) -> SFTPHandle {
        if case .handle(let handle) = self { return handle }
        throw unexpected(operation())
    }

    func attributes(_ operation: @autoclosure () -> String) throws(StorageError) -> SFTPAttributes {
        if case .attributes(let attributes) = self { return attributes }
        throw unexpected(operation())
    }

    /// The one name of a REALPATH or READLINK answer.
    func name(_ operation: @autoclosure () -> String) throws(StorageError) -> SFTPPath {
        guard case .names(let names) = self else { throw unexpected(operation()) }
        guard names.count == 1 else {
            throw .violation("\(names.count) names where one was asked for (\(operation()))")
        }
        return SFTPPath(names[0].bytes)
    }

    func extended(_ operation: @autoclosure () -> String) throws(StorageError) -> ByteBuffer {
        if case .extended(let body) = self { return body }
        throw unexpected(operation())
    }

    /// Bytes of a READ; nil at the end of the file.
    func data(_ operation: @autoclosure () -> String) throws(StorageError) -> ByteBuffer? {
        if case .data(let bytes) = self { return bytes.readableBytes > 0 ? bytes : nil }
        if isEndOfFile { return nil }
        throw unexpected(operation())
    }

    var isEndOfFile: Bool {
        if case .status(let status) = self { status.code == .endOfFile } else { false }
    }

    private func unexpected(_ operation: String) -> StorageError {
        if case .status(let status) = self, !status.isOK { return status.error(operation) }
        return .violation("it gave an answer of the wrong kind (\(operation))")
    }
}
