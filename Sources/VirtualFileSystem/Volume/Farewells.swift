import FileModel
import Synchronization

/// Closings of files that were removed while they were open: close(2) has returned, and the server may still have them
/// under their hidden names.
final class Farewells: Sendable {
    private struct State {
        var underWay: [InodeNumber: [Promise<Void>]] = [:]
        var ended = 0
    }

    private let state = Mutex(State())

    /// How many have ended, in any folder.
    var ended: Int { state.withLock { $0.ended } }

    /// Runs `body`, which may take a hidden file out of `folder`; nil where there is none.
    func saying(in folder: InodeNumber?, _ body: () async -> Void) async {
        guard let folder else { return await body() }
        let end = Promise<Void>()
        state.withLock { $0.underWay[folder, default: []].append(end) }
        await body()
        state.withLock { state in
            state.underWay[folder]?.removeAll { $0 === end }
            if state.underWay[folder]?.isEmpty == true { state.underWay[folder] = nil }
            state.ended += 1
        }
        end.fulfil(.success(()))
    }

    /// Waits for those of a folder.
    ///
    /// - Parameter ended: how many had ended when the caller last asked the server about the folder.
    /// - Returns: whether any has ended since, so that the server may have another answer.
    func waitForEnd(in folder: InodeNumber, since ended: Int) async throws(StorageError) -> Bool {
        let ends = state.withLock { $0.underWay[folder] ?? [] }
        for end in ends { try await end.value() }
        return self.ended != ended
    }
}
