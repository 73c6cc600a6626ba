import FileModel
import RemoteFileSystem
import Synchronization
import SyncCore

/// Where a side keeps what a run deletes or overwrites: `.syncctl-trash/<start of the run>/<path>` at its root.
final class TrashBin: Sendable {
    private let replica: Replica
    private let folder: RemotePath
    /// Folders of the trash that exist, or are being made for everybody who needs them.
    private let made = Mutex<[RemotePath: Task<Result<Void, StorageError>, Never>]>([:])

    init(_ replica: Replica, started: Timestamp) {
        self.replica = replica
        folder = Self.root.appending(Self.name("\(UTCStamp(started))"))
    }

    static let root = RemotePath.root.appending(OwnNames.trash)

    private static func name(_ text: String) -> FileName {
        guard let name = try? FileName(text) else { preconditionFailure("a stamp is a file name") }
        return name
    }

    /// The place of `path`, with all folders above it made.
    ///
    /// - Parameter attempt: 2 and up where the run had something of that path in its trash already.
    func place(for path: RemotePath, attempt: Int = 1) async throws(StorageError) -> RemotePath {
        var folder = folder
        if attempt > 1, let name = folder.name { folder = Self.root.appending(Self.name("\(name.string)-\(attempt)")) }
        let place = folder.appending(path)
        try await makeFolders(above: place)
        return place
    }

    /// Makes the folders that `path` will need here while something else is waited for. Whoever needs them is told what
    /// goes wrong.
    func prepare(for path: RemotePath) async {
        _ = try? await makeFolders(above: folder.appending(path))
    }

    private func makeFolders(above place: RemotePath) async throws(StorageError) {
        for directory in place.ancestors.reversed() where !directory.isRoot {
            do throws(StorageError) {
                try await making(directory).value.get()
            } catch {
                made.withLock { $0[directory] = nil }
                throw error
            }
        }
    }

    private func making(_ directory: RemotePath) -> Task<Result<Void, StorageError>, Never> {
        made.withLock { made in
            if let known = made[directory] { return known }
            let task = Task { await make(directory) }
            made[directory] = task
            return task
        }
    }

    private func make(_ directory: RemotePath) async -> Result<Void, StorageError> {
        do throws(StorageError) {
            try await replica.files.createDirectory(directory, permissions: directory == Self.root ? 0o700 : nil)
            return .success(())
        } catch {
            return error.code == .alreadyExists ? .success(()) : .failure(error)
        }
    }

    /// Moves a file, a link or a whole tree into the trash.
    func take(_ path: RemotePath) async throws(StorageError) {
        try await keeping(path) { place throws(StorageError) in
            try await replica.files.rename(path, to: place, mode: .keepExisting)
        }
    }

    /// Keeps the content of a file that is about to be replaced under a second name.
    ///
    /// - Returns: false where the side cannot link, and nothing happened.
    func link(_ path: RemotePath) async throws(StorageError) -> Bool {
        guard replica.capabilities.hardLinks else { return false }
        do throws(StorageError) {
            try await keeping(path) { place throws(StorageError) in
                try await replica.files.createHardLink(place, to: path)
            }
            return true
        } catch  where !error.isSessionFault && error.code != .notFound && error.code != .noSpace {
            return false
        }
    }

    private func keeping(
        _ path: RemotePath, _ keep: (RemotePath) async throws(StorageError) -> Void
    ) async throws(StorageError) {
        var attempt = 1
        while true {
            do throws(StorageError) {
                return try await keep(try await place(for: path, attempt: attempt))
            } catch  where error.code == .alreadyExists && attempt < 20 {
                attempt += 1
            }
        }
    }
}
