public import FileModel

extension SFTPConnection {
    /// What the server computes of an open file, in pieces that it is known to read right.
    ///
    /// - Parameters:
    ///   - handle: open for reading.
    ///   - size: of the file.
    /// - Returns: nil where its answer cannot be used.
    /// - Throws: `.unsupported` where `SFTPDialect.fileChecks` is nil, and the server's refusal.
    public func checksum(of handle: SFTPHandle, size: Int64) async throws(StorageError) -> FileChecksum? {
        guard let checks = dialect.fileChecks else { throw .unsupported("computing checksums") }
        if let block = checks.blockSize, try await !readsAtOnce(min(block, size), of: handle) { return nil }
        let blockSize = checks.blockSize ?? size
        var result: FileChecksum?
        for start in stride(from: 0, to: size, by: Int(checks.bytesPerRequest(size))) {
            let length = min(checks.bytesPerRequest(size), size - start)
            let check = SFTPFileCheck(
                request: checks.request, handle: handle, algorithms: checks.algorithms.map(\.rawValue),
                start: UInt64(start), length: UInt64(length), blockSize: UInt32(checks.blockSize ?? 0))
            let body = try await session.perform(.checkFile(check)).extended("compute a checksum")
            let count = Int((length + blockSize - 1) / blockSize)
            guard let (algorithm, digests) = try SFTPFileCheck.digests(in: body, count: count) else { return nil }
            if result == nil { result = FileChecksum(algorithm, blockSize: blockSize, digests: []) }
            guard result?.algorithm == algorithm else { return nil }
            result?.digests += digests
        }
        return result
    }

    private func readsAtOnce(_ count: Int64, of handle: SFTPHandle) async throws(StorageError) -> Bool {
        let answer = try await session.perform(.read(handle, offset: 0, length: UInt32(clamping: count)))
        return try answer.data("read")?.readableBytes == Int(count)
    }
}
