import FileModel

/// Failures of an upload that not everybody has heard of who holds one of its handles.
///
/// close(2) of each process that shares a handle comes with a lock owner of its own, and so does the implicit close of
/// an exec(3). Whoever closes, or calls fsync(2), hears of a failure once; nobody hears it in place of another.
struct Verdicts {
    private var failures: [HandleID: Failure] = [:]

    private struct Failure {
        let error: StorageError
        var heard: Set<UInt64> = []
    }

    /// The owner that fsync(2) stands for; the kernel's own are never that large.
    static let synchronizer = UInt64.max

    mutating func failed(_ error: StorageError, writers: Set<HandleID>) {
        for writer in writers { failures[writer] = Failure(error: error) }
    }

    /// What `owner` has not heard yet of the handle.
    mutating func hear(_ handle: HandleID, by owner: UInt64) -> StorageError? {
        guard let failure = failures[handle], !failure.heard.contains(owner) else { return nil }
        failures[handle]?.heard.insert(owner)
        return failure.error
    }

    mutating func forget(_ handle: HandleID) { failures[handle] = nil }
}
