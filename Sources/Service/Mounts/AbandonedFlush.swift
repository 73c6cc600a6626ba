public import Definitions
public import FileModel
import Logging
import RemoteFileSystem
public import VirtualFileSystem

/// Uploads what an ended mount with `write = "back"` left in its journal, as the next mount would.
public struct AbandonedFlush: Sendable {
    private let directories: ProgramDirectories
    private let remotes: RemoteAssembly

    public struct Result: Sendable {
        public let uploaded: Int
        public let rescued: Int
        /// Why something is still pending.
        public let left: StorageError?
    }

    public init(_ directories: ProgramDirectories, _ remotes: RemoteAssembly) {
        self.directories = directories
        self.remotes = remotes
    }

    /// - Parameter remote: where to; it has to be the server and account that the files were meant for.
    public func run(_ journal: WriteBackJournal, to remote: RemoteDefinition) async throws(StorageError) -> Result {
        let records = try journal.store.entries().compactMap(\.record)
        guard let first = records.first else { return Result(uploaded: 0, rescued: 0, left: nil) }
        guard first.remote == remote.identity else {
            throw StorageError(
                .invalidArgument, "\(first.path) was meant for \(first.remote), not for \(remote.identity)")
        }
        let files = try await remotes.open(remote, folder: try RemoteFolder(first.folder.utf8))
        do throws(StorageError) {
            let result = try await drain(journal, files, first, remote, count: records.count)
            await files.shutdown()
            return result
        } catch {
            await files.shutdown()
            throw error
        }
    }

    private func drain(
        _ journal: WriteBackJournal, _ files: any RemoteFileSystem, _ record: RescueRecord, _ remote: RemoteDefinition,
        count: Int
    ) async throws(StorageError) -> Result {
        var settings = VolumeSettings()
        settings.timeout = remote.timeout
        settings.connectTimeout = remote.connectTimeout + remote.timeout * 4
        settings.rescue = RescueSettings(
            folder: directories.rescue, definition: record.definition, remoteFolder: record.folder)
        let volume = try await Volume.open(files, settings: settings, journal: journal)
        let unsettled = await volume.drain()
        await volume.close()
        let rescued = volume.status().rescued
        return Result(uploaded: count - unsettled.count - rescued, rescued: rescued, left: unsettled.first?.error)
    }
}
