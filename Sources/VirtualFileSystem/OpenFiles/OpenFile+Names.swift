import FileModel
import RemoteFileSystem

extension OpenFile {
    /// What has to happen to the name of an open file that is about to lose it.
    enum Farewell: Sendable {
        /// The server has the file and keeps it for our handles.
        case remove
        /// The server only knows names: the file has to get another one.
        case hide
        /// The server never had it.
        case nothing
    }

    /// Prepares for a rename: what is under way ends under the old name.
    nonisolated func settleName() async throws(StorageError) {
        guard !capabilities.randomWrite || services.held != nil else { return }
        try await exclusively { file async throws(StorageError) in try await file.settle() }
    }

    /// Prepares for the removal of the name, so that the open handles go on.
    nonisolated func prepareForRemoval() async throws(StorageError) -> Farewell {
        try await exclusively { file async throws(StorageError) in try await file.sayFarewell() }
    }

    private func sayFarewell() async throws(StorageError) -> Farewell {
        if capabilities.randomWrite, capabilities.randomRead {
            if !readAheads.withLock({ $0.isEmpty }) { try await holdForReading() }
            if case .spool = output { return isOnServer ? .remove : .nothing }
            if !writers.isEmpty, case .none = output { output = .random(try await openRandom(.update)) }
            return .remove
        }
        try await endStream()
        return isOnServer ? .hide : .nothing
    }

    /// Lets the server keep the file for handles that were opened from memory. One that another client has replaced is
    /// not theirs any more, which their reads will tell.
    private func holdForReading() async throws(StorageError) {
        do throws(StorageError) {
            _ = try await source?.opened()
        } catch  where error.code == .staleHandle || error.code == .notFound {
        }
    }

    /// The name is gone, or was not removed after all.
    nonisolated func noteRemoval(_ isRemoved: Bool) async {
        try? await exclusively { file async throws(StorageError) in file.isRemoved = isRemoved }
    }
}
