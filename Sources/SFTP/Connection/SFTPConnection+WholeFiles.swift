public import FileModel
public import NIOCore

/// Small files as a whole: what needs the handle goes out in one flight behind the answer to OPEN.
extension SFTPConnection {
    /// Writes a file with its attributes, and looks at it through the handle before it is closed.
    ///
    /// - Returns: what the server says of the finished file; nil where it does not tell.
    public func store(
        _ content: ByteBuffer, at path: SFTPPath, _ attributes: SFTPAttributes
    ) async throws(StorageError) -> SFTPAttributes? {
        let mode = SFTPAttributes(permissions: attributes.permissions)
        let handle = try await open(path, [.write, .create, .truncate], mode)
        var requests = blocks(of: content, at: 0).map { SFTPRequest.write(handle, offset: $0.offset, $0.bytes) }
        let writes = requests.count
        if !attributes.isEmpty { requests.append(.fsetstat(handle, attributes)) }
        requests += [.fstat(handle), .close(handle)]
        let answers = await session.perform(requests)
        for answer in answers[..<writes] { try answer.get().ok("write \(path)") }
        if !attributes.isEmpty { try answers[writes].get().ok("set attributes of \(path)") }
        try answers[answers.count - 1].get().ok("close \(path)")
        return answers[answers.count - 2].seen
    }

    /// Reads a file from its start, and looks at it through the same handle behind the first block.
    ///
    /// - Returns: no attributes where the server does not tell them.
    public func fetch(
        _ path: SFTPPath, atMost count: Int
    ) async throws(StorageError) -> (content: ByteBuffer, attributes: SFTPAttributes?) {
        let handle = try await open(path, .read)
        defer { closeLater(handle) }
        let length = UInt32(min(count, limits.readLength))
        let answers = await session.perform([.read(handle, offset: 0, length: length), .fstat(handle)])
        guard var content = try answers[0].get().data("read \(path)") else { return (ByteBuffer(), answers[1].seen) }
        guard content.readableBytes <= length else { throw .violation("it sent more bytes than were asked for") }
        let found = answers[1].seen
        let missing = min(count, Int(clamping: found?.size ?? UInt64(count))) - content.readableBytes
        if missing > 0 {
            content.writeImmutableBuffer(
                try await read(
                    handle, at: Int64(content.readableBytes), count: missing, knownSize: found?.size.map(Int64.init)))
        }
        return (content, found)
    }
}

extension Result<SFTPReply, StorageError> {
    /// Attributes, if that is what was answered.
    fileprivate var seen: SFTPAttributes? {
        if case .success(.attributes(let attributes)) = self { attributes } else { nil }
    }
}
