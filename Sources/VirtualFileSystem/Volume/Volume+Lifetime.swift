public import FileModel

/// An open file that could not be settled, and why.
public struct UnsettledFile: Sendable {
    public let path: String
    public let error: StorageError
    /// It is safe in the journal, and is uploaded when the folder is mounted again.
    public var isKept = false
}

extension Volume {
    /// Room on the server; where it does not say, room enough for everybody.
    public func statistics() async throws(StorageError) -> FileSystemStatistics {
        guard capabilities.statistics else { return Self.unknownRoom }
        if let known = room.known(at: inodes.now()) { return known }
        do throws(StorageError) {
            return try await askForRoom()
        } catch  where error.code == .unsupported {
            return Self.unknownRoom
        }
    }

    private func askForRoom() async throws(StorageError) -> FileSystemStatistics {
        let changes = room.changes
        return try await roomFlights.value(for: changes) { [remote, room, inodes] () async throws(StorageError) in
            let told = try await remote.statistics(.root)
            room.learn(told, changes: changes, at: inodes.now())
            return told
        }
    }

    /// Asks for the room before somebody does: see `KnownRoom`.
    func askForRoomAhead() {
        guard capabilities.statistics, !foldersAhead.isOff, room.beginQuestion(at: inodes.now()),
            remote.base.hasRoomForMore()
        else { return }
        startHere { _ = try? await self.askForRoom() }
    }

    private static let unknownRoom = FileSystemStatistics(
        blockSize: 4096, totalBlocks: 1 << 38, freeBlocks: 1 << 38, availableBlocks: 1 << 38)

    /// Lets no new change begin and gives the server everything that was written.
    ///
    /// - Returns: what could not be uploaded.
    public func drain() async -> [UnsettledFile] {
        stopChanges()
        let unsettled = await settleOpenFiles()
        return unsettled + (await services.held?.drain(patience: settings.timeout) ?? [])
    }

    private func settleOpenFiles() async -> [UnsettledFile] {
        await withTaskGroup(of: UnsettledFile?.self) { group in
            for file in inodes.openFiles() {
                group.addTask { await self.settle(file) }
            }
            return await group.reduce(into: []) { result, failed in
                if let failed { result.append(failed) }
            }
        }
    }

    /// Lets everything pending be uploaded at once, also what waits after an outage.
    public func hurry() { services.held?.hurry() }

    private func settle(_ file: OpenFile) async -> UnsettledFile? {
        do throws(StorageError) {
            try await file.flush()
            return nil
        } catch {
            services.logger.error("uploading \(describe(file.inode)): \(error)")
            return UnsettledFile(path: describe(file.inode), error: error)
        }
    }

    /// Ends all handles, after the kernel has let go of them.
    public func close() async {
        for handle in handles.openFiles { await release(handle.id) }
        services.held?.end()
    }
}
