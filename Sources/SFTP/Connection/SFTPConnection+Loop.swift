public import FileModel

extension SFTPConnection {
    /// Runs `body` on the connection's event loop, for work of several round trips that does little in between.
    ///
    /// - Parameter body: must not block, nor compute for long: all of the loop's connections wait meanwhile.
    public func onLoop<Value: Sendable>(
        _ body: @Sendable () async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let result: Result<Value, StorageError> = await withTaskExecutorPreference(executor) {
            do throws(StorageError) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
