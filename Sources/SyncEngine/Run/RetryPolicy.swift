import FileModel

/// How often, and after what wait, an operation is tried again when the connection rather than the path failed.
public struct RetryPolicy: Hashable, Sendable {
    public var count: Int
    /// Before the first repetition; doubled before each further one.
    public var delay: Duration

    public init(count: Int = 3, delay: Duration = .seconds(1)) {
        self.count = count
        self.delay = delay
    }

    /// - Parameter number: 1 for the first repetition.
    func wait(before number: Int) -> Duration { delay * (1 << min(number - 1, 6)) }

    /// Runs `body` until it succeeds, fails for good, or was repeated `count` times.
    func run<Value: Sendable>(
        _ body: () async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        var repetitions = 0
        while true {
            do throws(StorageError) {
                return try await body()
            } catch {
                guard error.isTransient, repetitions < count, !Task.isCancelled else { throw error }
            }
            repetitions += 1
            do {
                try await Task.sleep(for: wait(before: repetitions))
            } catch {
                throw .cancelled
            }
        }
    }
}
