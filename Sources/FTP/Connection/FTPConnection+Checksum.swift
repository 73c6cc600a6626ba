public import FileModel

extension FTPConnection {
    /// What the server computes of a file's content, with the strongest algorithm that it is seen to answer for.
    ///
    /// - Parameter size: of the file; it tells how long the server may take.
    /// - Returns: nil where the server computes nothing, or nothing of this file.
    public func checksum(of path: RemotePath, size: Int64) async throws(StorageError) -> FileChecksum? {
        try await operation { () async throws(StorageError) in
            for question in features.checksumQuestions where !memory[\.vainChecksums].contains(question) {
                switch try await ask(question, path, size) {
                case .digest(let digest): return FileChecksum(question.algorithm, blockSize: size, digests: [digest])
                case .notUnderstood: memory[\.vainChecksums].insert(question)
                case .refused: return nil
                }
            }
            return nil
        }
    }

    private enum ChecksumAnswer {
        case digest([UInt8])
        /// FEAT named it, and the server does not know it, or its answer cannot be read.
        case notUnderstood
        case refused
    }

    private func ask(
        _ question: ChecksumQuestion, _ path: RemotePath, _ size: Int64
    ) async throws(StorageError) -> ChecksumAnswer {
        guard let command = try question.command(path) else { return .refused }
        guard try await usesBinaryType() else { return .refused }
        guard try await choose(question) else { return .notUnderstood }
        let limit = max(settings.timeouts.command, FileChecksum.patience(forBytes: size))
        let reply = try await exchange(command, limit: limit)
        if reply.isFailure { return [500, 502, 504].contains(reply.code) ? .notUnderstood : .refused }
        let digest = ChecksumReply.digest(reply, to: question, of: path, size: size)
        return digest.map { .digest($0) } ?? .notUnderstood
    }

    /// HASH computes what was chosen last in the session.
    private func choose(_ question: ChecksumQuestion) async throws(StorageError) -> Bool {
        guard question.verb == ChecksumQuestion.hash, hashAlgorithm != question.algorithm else { return true }
        hashAlgorithm = nil
        guard try await exchange(.chooseHash(question.hashName)).isCompletion else { return false }
        hashAlgorithm = question.algorithm
        return true
    }
}
