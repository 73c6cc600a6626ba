import FileModel
import RemoteFileSystem

extension OpenFile {
    /// Lets the server have the file.
    nonisolated func flush() async throws(StorageError) {
        guard live.withLock({ $0.isAhead }) else { return }
        try await exclusively { file async throws(StorageError) in try await file.settle() }
    }

    /// The same for close(2), with the verdict on everything written through the handle.
    nonisolated func flush(_ id: HandleID, owner: UInt64) async throws(StorageError) {
        do throws(StorageError) {
            try await flush()
        } catch {
            throw heard(id, owner) ?? error
        }
        if let failure = heard(id, owner) { throw failure }
    }

    /// The same for fsync(2): a random writer stays open and asks for stable storage.
    nonisolated func synchronize(_ id: HandleID) async throws(StorageError) {
        if live.withLock({ $0.isAhead }) {
            do throws(StorageError) {
                try await exclusively { file async throws(StorageError) in try await file.settleInPlace() }
            } catch {
                throw heard(id, Verdicts.synchronizer) ?? error
            }
        }
        if let held = services.held, let path = try? path() { try await held.settle(path) }
        if let failure = heard(id, Verdicts.synchronizer) { throw failure }
    }

    private nonisolated func heard(_ id: HandleID, _ owner: UInt64) -> StorageError? {
        verdicts.withLock { $0.hear(id, by: owner) }
    }

    private func settleInPlace() async throws(StorageError) {
        guard case .random(let upload) = output else { return try await settle() }
        do throws(StorageError) {
            try await upload.synchronize()
            forgetCopy()
            noteReadable()
        } catch  where error.code == .unsupported {
            try await settle()
        }
    }

    /// Ends what is under way. Whatever the verdict, the file is not ahead afterwards; a failure is in `verdicts`.
    func settle() async throws(StorageError) {
        guard live.withLock({ $0.isAhead }) else { return }
        if isRemoved { return try await settleRemoved() }
        do throws(StorageError) {
            if let failure { throw failure }
            switch output {
            case .none: try await settlePending()
            case .random where live.withLock({ $0.unread == nil }) && pending.isEmpty: break
            case .random(let upload), .stream(let upload, _):
                output = .none
                try await upload.close(pending)
            case .spool(let spool, let isDirty):
                if isDirty { try await deliver(spool) } else { try await settlePending() }
                output = .spool(spool, isDirty: false)
            }
        } catch {
            let told = await rescue(after: await explained(error))
            verdicts.withLock { $0.failed(told, writers: writers) }
            noteFailure()
            throw told
        }
        forgetCopy()
        noteSettled()
    }

    /// A file without a name: nobody else can see it, so only what a random writer met matters.
    private func settleRemoved() async throws(StorageError) {
        guard case .random(let upload) = output else { return }
        do throws(StorageError) {
            try await upload.synchronize()
        } catch  where error.code == .unsupported {}
        noteReadable()
    }

    private func settlePending() async throws(StorageError) {
        guard !pending.isEmpty else { return }
        try await services.remote.setAttributes(try path(), pending)
    }

    private func noteSettled() {
        let size = size
        noteReadable()
        serverSize.store(size, ordering: .relaxed)
        isOnServer = true
        hasWrittenThrough = false
        let isTimeKnown = pending.modified != nil && capabilities.modificationTimeSetter != nil
        services.inodes.settled(inode, size: size, modified: isTimeKnown ? pending.modified : nil)
        pending = AttributeChanges()
        noteContentChanged()
        live.withLock { $0.settled() }
    }

    /// What the server has now is for it to say.
    private func noteFailure() {
        if output.isSpool { output = .none }
        pending = AttributeChanges()
        failure = nil
        noteReadable()
        invalidate(0..<Int64.max)
        live.withLock { $0.settled() }
        services.inodes.expire(inode)
    }

    /// Attributes set on a file that is ahead travel with it; false when it is not ahead.
    nonisolated func postpone(_ changes: AttributeChanges) async throws(StorageError) -> Bool {
        guard live.withLock({ $0.isAhead }) else { return false }
        return try await exclusively { file async throws(StorageError) in file.merge(changes) }
    }

    private func merge(_ changes: AttributeChanges) -> Bool {
        guard live.withLock({ $0.isAhead }) else { return false }
        pending.merge(changes)
        live.withLock { live in
            live.postpone(changes)
            if let modified = changes.modified { live.modified = modified }
        }
        return true
    }

    /// A change of content makes the times it finds void, whatever they were set to.
    func forgetTimes() {
        pending.modified = nil
        pending.accessed = nil
    }
}
