import FileModel

extension WriteBack {
    /// fsync(2): waits until the server has what was written to a file, and returns its verdict.
    ///
    /// - Throws: what the next attempt meets, at once while the server is known to be away.
    func settle(_ path: RemotePath) async throws(StorageError) {
        while let file = newest(at: path) {
            if let begun = withState({ $0.begin { $0.begin(file.sequence) } }) {
                launch(begun)
            }
            try await file.attempt.value()
        }
    }

    /// Uploads now what waits for the end of a pause.
    func hurry() {
        withState { state in
            state.pause = .zero
            state.isPaused = false
        }
        pump()
    }

    /// Waits until nothing is pending, or until the server was away for `patience`.
    ///
    /// - Returns: what is left in the journal, and why; nothing when that was told before.
    func drain(patience: Duration) async -> [UnsettledFile] {
        if withState({ $0.hasGivenUp }) { return [] }
        hurry()
        var finished = withState { $0.finished }
        var deadline = ContinuousClock.now + patience
        while true {
            let state = withState { $0 }
            if state.files.isEmpty, state.running == 0 { return [] }
            if state.finished != finished { deadline = .now + patience }
            finished = state.finished
            let isStuck = state.running == 0 && ContinuousClock.now >= deadline
            if isStuck, let error = state.lastError { return unsettled(error) }
            try? await state.change.value()
        }
    }

    /// Begins no more uploads, and leaves the journal to the next mount.
    func end() {
        withState { $0.isEnded = true }
        journal.release()
    }

    private func unsettled(_ error: StorageError) -> [UnsettledFile] {
        withState { state in
            state.hasGivenUp = true
            return state.files.files.values.sorted { $0.sequence < $1.sequence }.map { file in
                UnsettledFile(path: file.path.string, error: error, isKept: true)
            }
        }
    }

    /// Runs `body` while nothing below `paths` is uploaded or taken in; what is on its way there ends first.
    func exclusively<Value: Sendable>(
        _ paths: [RemotePath], _ body: () async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        while true {
            let (isFree, change) = withState { state in
                let isFree = !state.files.isClosed(around: paths)
                if isFree { state.files.close(paths) }
                return (isFree, state.change)
            }
            if isFree { break }
            try await change.value()
        }
        defer {
            change { state in
                state.files.reopen(paths)
                state.moves += 1
            }
            pump()
        }
        while let change = withState({ $0.files.isMoving(below: paths) ? $0.change : nil }) { try await change.value() }
        return try await body()
    }
}
