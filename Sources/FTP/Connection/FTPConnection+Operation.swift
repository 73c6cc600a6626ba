public import FileModel

extension FTPConnection {
    /// Runs one operation; waits first until a transfer that was broken off has been put in order.
    ///
    /// - Throws: `.busy` when another operation or a transfer is under way.
    func operation<Value>(_ body: () async throws(StorageError) -> Value) async throws(StorageError) -> Value {
        guard !isBusy else { throw StorageError(.busy, "the FTP session is in use by another operation") }
        isBusy = true
        defer { isBusy = false }
        try await transferIsSettled()
        try checkAlive()
        return try await body()
    }

    /// Waits until a transfer that was broken off has been put in order; nothing is sent.
    ///
    /// - Throws: `.connectionLost` when the session has ended. Whoever gets that may use another session, whatever it is
    ///   about to do.
    public func settle() async throws(StorageError) {
        try await transferIsSettled()
        try checkAlive()
    }

    private func checkAlive() throws(StorageError) {
        guard let reason = control.endReason else { return }
        throw StorageError(
            .connectionLost, "the FTP session has ended: \(reason.message)", serverReply: reason.serverReply)
    }

    /// Waits for the end of a transfer that nobody wants any more.
    private func transferIsSettled() async throws(StorageError) {
        guard let transfer, !transfer.isOver else { return }
        guard transfer.isBrokenOff else {
            throw StorageError(.busy, "the FTP session is in use by a transfer")
        }
        try await callback { (body: @escaping @Sendable (Result<Void, StorageError>) -> Void) in
            transfer.whenOver { _ in body(.success(())) }
        }
    }
}
