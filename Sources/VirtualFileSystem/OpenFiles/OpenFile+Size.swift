import FileModel
import RemoteFileSystem

extension OpenFile {
    /// Sets the size, as truncate(2): shorter, or longer with zeros.
    ///
    /// - Parameter isLasting: no handle will settle the file later, so it is settled here.
    nonisolated func setSize(_ size: Int64, isLasting: Bool) async throws(StorageError) {
        try await exclusively { file async throws(StorageError) in
            try await file.resize(to: size)
            if isLasting, file.writers.isEmpty { try await file.settle() }
        }
    }

    func resize(to target: Int64) async throws(StorageError) {
        let before = size
        switch output {
        case .random(let upload): try await upload.setAttributes(AttributeChanges(size: target))
        case .spool(let spool, _):
            let own = try own(spool)
            try own.truncate(to: target)
            output = .spool(own, isDirty: true)
        case .stream(let upload, let end): try await resizeStream(upload, end, to: target)
        case .none where target == 0 && services.held?.hasRoom == true: try beginPending()
        case .none where try takeBack(): return try await resize(to: target)
        case .none where capabilities.randomWrite: try await resizeOnServer(to: target)
        case .none: try await resizeByUpload(to: target)
        }
        noteSize(target, before: before)
    }

    private func noteSize(_ target: Int64, before: Int64) {
        getAhead()
        copy?.resize(from: before, to: target)
        live.withLock { $0.size = target }
        forgetTimes()
        invalidate(min(target, before)..<Int64.max)
    }

    private func resizeOnServer(to target: Int64) async throws(StorageError) {
        if target == 0 {
            output = .random(try await openRandom(.truncate))
        } else if capabilities.truncation {
            try await services.remote.setAttributes(try path(), AttributeChanges(size: target))
        } else {
            throw .unsupported("changing the size of a file")
        }
    }

    private func resizeStream(_ upload: WriteBehind, _ end: Int64, to target: Int64) async throws(StorageError) {
        if (0...Self.paddingLimit).contains(target - end) {
            try await pad(upload, from: end, to: target)
            output = .stream(upload, end: target)
            return
        }
        if target == 0 {
            try await endStream()
            return try await restart()
        }
        try await moveToSpool(keeping: min(size, target)).truncate(to: target)
        markSpoolDirty()
    }

    /// A server that takes whole files only: a new empty stream, or the part to keep and an upload at the end.
    private func resizeByUpload(to target: Int64) async throws(StorageError) {
        if target == 0 { return try await restart() }
        if target == size { return }
        if !capabilities.exactSizes, isOnServer { throw wholeFilesOnly }
        try await moveToSpool(keeping: min(size, target)).truncate(to: target)
        markSpoolDirty()
    }

    /// What the server holds cannot be put together with bytes of ours where it counts otherwise than we do.
    var wholeFilesOnly: StorageError {
        .unsupported("changing a part of a file with transfer_type = \"ascii\"; write it anew")
    }

    private func restart() async throws(StorageError) {
        do throws(StorageError) {
            try await openStream(.truncate, end: 0)
        } catch  where error.code == .busy {
            output = .spool(try services.makeSpool(), isDirty: true)
        }
    }

    private func markSpoolDirty() {
        if case .spool(let spool, _) = output { output = .spool(spool, isDirty: true) }
    }
}
