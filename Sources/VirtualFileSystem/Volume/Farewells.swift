import FileModel
import Synchronization

/// Closings of files that were removed while they were open: close(2) has returned, and the server may still have them
/// under their hidden names.
final class Farewells: Sendable {
    private let underWay = Mutex<[InodeNumber: [Promise<Void>]]>([:])

    /// Runs `body`, which may take a hidden file out of `folder`; nil where there is none.
    func saying(in folder: InodeNumber?, _ body: () async -> Void) async {
        guard let folder else { return await body() }
        let end = Promise<Void>()
        underWay.withLock { $0[folder, default: []].append(end) }
        await body()
        underWay.withLock { underWay in
            underWay[folder]?.removeAll { $0 === end }
            if underWay[folder]?.isEmpty == true { underWay[folder] = nil }
        }
        end.fulfil(.success(()))
    }

    /// Waits for those of a folder.
    ///
    /// - Returns: whether there were any.
    func waitForEnd(in folder: InodeNumber) async throws(StorageError) -> Bool {
        let ends = underWay.withLock { $0[folder] ?? [] }
        for end in ends { try await end.value() }
        return !ends.isEmpty
    }
}
