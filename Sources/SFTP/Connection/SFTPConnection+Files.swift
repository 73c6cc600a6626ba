public import FileModel
public import NIOCore

/// Open files.
extension SFTPConnection {
    public func open(
        _ path: SFTPPath, _ flags: SFTPOpenFlags, _ attributes: SFTPAttributes = SFTPAttributes()
    ) async throws(StorageError) -> SFTPHandle {
        try await session.perform(.open(path, flags, attributes)).handle("open \(path)")
    }

    /// Opens a file and asks for the attributes of its path in the same flight.
    ///
    /// - Returns: no attributes where the server does not tell them. They are those of the path: between the two
    ///   requests it may have come to name another file.
    public func openAndStat(
        _ path: SFTPPath, _ flags: SFTPOpenFlags, _ attributes: SFTPAttributes = SFTPAttributes()
    ) async throws(StorageError) -> (handle: SFTPHandle, attributes: SFTPAttributes?) {
        let answers = await session.perform([.open(path, flags, attributes), .stat(path)])
        let handle = try answers[0].get().handle("open \(path)")
        guard case .success(.attributes(let found)) = answers[1] else { return (handle, nil) }
        return (handle, found)
    }

    public func close(_ handle: SFTPHandle) async throws(StorageError) {
        try await session.perform(.close(handle)).ok("close the file")
    }

    /// Sends CLOSE without waiting for the answer, for files that were only read.
    public func closeLater(_ handle: SFTPHandle) {
        session.submit(.close(handle))
    }

    public func fstat(_ handle: SFTPHandle) async throws(StorageError) -> SFTPAttributes {
        try await session.perform(.fstat(handle)).attributes("look at the open file")
    }

    public func fsetstat(_ handle: SFTPHandle, _ attributes: SFTPAttributes) async throws(StorageError) {
        try await session.perform(.fsetstat(handle, attributes)).ok("set attributes of the open file")
    }

    /// Writes all bytes, in one flight of blocks, and waits for the server's word on each.
    public func write(_ handle: SFTPHandle, _ bytes: ByteBuffer, at offset: Int64) async throws(StorageError) {
        let requests = blocks(of: bytes, at: offset).map { SFTPRequest.write(handle, offset: $0.offset, $0.bytes) }
        for answer in await session.perform(requests) {
            try answer.get().ok("write")
        }
    }

    /// `bytes` cut into what one WRITE carries.
    func blocks(of bytes: ByteBuffer, at offset: Int64) -> [(offset: UInt64, bytes: ByteBuffer)] {
        var rest = bytes
        var position = UInt64(offset)
        var result: [(offset: UInt64, bytes: ByteBuffer)] = []
        while let block = rest.readSlice(length: min(limits.writeLength, rest.readableBytes)), block.readableBytes > 0 {
            result.append((position, block))
            position += UInt64(block.readableBytes)
        }
        return result
    }
}
