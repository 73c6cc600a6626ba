import FileModel
import RemoteFileSystem

extension WriteBack {
    /// Uploads a file that is marked as being uploaded, and settles what becomes of it.
    ///
    /// - Throws: what the server said; the file is then waiting again, or in the rescue folder.
    func upload(_ file: PendingFile) async throws(StorageError) {
        hideTemporary(of: file)
        do throws(StorageError) {
            let left = try await send(file)
            // Before the journal forgets it, so that every look finds it here or there.
            change { state in
                state.files.finished(file.sequence, left: left)
                state.finished += 1
                state.pause = .zero
                state.lastError = nil
            }
            await forget(file)
            await settleFolder(of: file.path)
        } catch {
            try await failed(file, error)
        }
    }

    private func hideTemporary(of file: PendingFile) {
        withState { state in
            if state.temporaries.count >= Self.temporaryLimit { state.temporaries.removeAll() }
            state.temporaries.insert(file.record.id)
        }
    }

    private static let temporaryLimit = 65_536

    /// - Returns: what the server has now.
    private func send(_ file: PendingFile) async throws(StorageError) -> RescueRecord.Base {
        let content = try Spool(existing: journal.store.dataFile(file.record.id))
        let upload = ContentUpload(server, file.record, content, to: file.path)
        let ours = RescueRecord.Base.file(size: file.record.size, modified: file.record.modified, precision: 1)
        guard file.mayBeOnServer else { return try await create(upload, ours) }
        let found = try await upload.found()
        if let found, file.isReplayed, try await upload.isThere(found) { return .init(found) }
        try await upload.check(found, orOurs: withState { $0.files.left(at: file.path) })
        return try await upload.run(over: found).map(RescueRecord.Base.init) ?? ours
    }

    /// A new file, which nobody else should have made meanwhile.
    private func create(
        _ upload: ContentUpload, _ ours: RescueRecord.Base
    ) async throws(StorageError) -> RescueRecord.Base {
        do throws(StorageError) {
            return try await upload.run(over: nil).map(RescueRecord.Base.init) ?? ours
        } catch  where error.code == .alreadyExists {
            // A lost answer to our own rename looks the same.
            guard let found = try await upload.found(), try await upload.isThere(found) else { throw error }
            return .init(found)
        }
    }

    // MARK: - When it fails

    private func failed(_ file: PendingFile, _ error: StorageError) async throws(StorageError) {
        if error.isSessionFault && error.code != .protocolViolation || error.isTransient {
            change { state in
                state.files.putBack(file.sequence, wasRefused: false)
                state.lastError = error
            }
            rest()
        } else if file.refusals + 1 < Self.refusalLimit, Self.mayPass(error) {
            change { state in
                state.files.putBack(file.sequence, wasRefused: true)
                state.lastError = error
            }
            rest()
        } else {
            let told = await giveUp(file, error)
            file.attempt.fulfil(.failure(told))
            throw told
        }
        file.attempt.fulfil(.failure(error))
        throw error
    }

    private static func mayPass(_ error: StorageError) -> Bool {
        [.failed, .corrupted, .protocolViolation].contains(error.code)
    }

    /// Keeps what the server refused in the rescue folder.
    private func giveUp(_ file: PendingFile, _ error: StorageError) async -> StorageError {
        var record = file.record
        record.reason = "\(error)"
        record.code = error.code.rawValue
        record.rescued = Timestamp.now().seconds
        var told = error
        do throws(StorageError) {
            try await journal.hand(record, over: RescueStore(folder: rescue.folder))
            logger.error(
                "\(file.path) was not uploaded (\(error)); it is kept: syncctl rescue retry \(record.id)")
            told.message += "; what was written is kept: syncctl rescue retry \(record.id)"
        } catch {
            logger.error("\(file.path) was not uploaded, and stays in \(journal.store.folder): \(error)")
        }
        change { state in
            state.files.remove(file.sequence)
            state.finished += 1
            state.lastError = told
        }
        refused(record, file.path)
        return told
    }

    /// No upload begins for a moment, which grows while nothing succeeds.
    private func rest() {
        let pause = withState { state -> Duration? in
            guard !state.isPaused else { return nil }
            state.isPaused = true
            state.pause = state.pause == .zero ? Self.shortestPause : min(state.pause * 2, Self.longestPause)
            return state.pause
        }
        guard let pause else { return }
        Task {
            try? await Task.sleep(for: pause)
            withState { $0.isPaused = false }
            pump()
        }
    }

    // MARK: - Folders

    /// Sets the time of a folder that its last pending file has changed.
    private func settleFolder(of path: RemotePath) async {
        guard let folder = path.parent else { return }
        let changes = withState { state -> AttributeChanges? in
            state.files.hasNames(in: folder) ? nil : state.folderTimes.removeValue(forKey: folder)
        }
        guard let changes else { return }
        do throws(StorageError) {
            try await server.setAttributes(folder, changes)
        } catch {
            logger.warning("the time of \(folder) could not be set again: \(error)")
        }
    }
}
