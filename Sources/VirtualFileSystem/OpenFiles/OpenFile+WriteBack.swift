import FileModel
import NIOCore
import RemoteFileSystem

/// With write-back a file that is written whole is a spool, and goes to the journal in place of the server.
extension OpenFile {
    /// Begins a new file, which the server does not hear of yet.
    func createPending(_ path: RemotePath, _ disposition: WriteDisposition) async throws(StorageError) {
        if disposition == .createNew { try await refuseExisting(path) }
        try beginPending()
        isOnServer = false
        getAhead()
    }

    private func refuseExisting(_ path: RemotePath) async throws(StorageError) {
        do throws(StorageError) {
            _ = try await services.remote.attributes(of: path)
        } catch  where error.code == .notFound {
            return
        }
        throw StorageError(.alreadyExists, "\(path) exists")
    }

    func beginPending() throws(StorageError) {
        output = .spool(try services.makeSpool(), isDirty: true)
    }

    /// Goes on with what is pending of this file, if anything is and nobody writes it yet.
    ///
    /// - Returns: false where the server's file is to be changed. Who reads what was pending a moment ago would not see it.
    func takeBack() throws(StorageError) -> Bool {
        if try takePending() { return true }
        if services.held != nil { source?.leaveReader() }
        return false
    }

    private func takePending() throws(StorageError) -> Bool {
        guard case .none = output, let held = services.held, let path = try? path(),
            let (content, _) = held.content(at: path)
        else {
            return false
        }
        do throws(StorageError) {
            output = .spool(try copy(of: content), isDirty: false)
        } catch  where error.code == .noSpace {
            return false
        }
        return true
    }

    /// A content that may be changed: one that is in the journal is copied first.
    func own(_ spool: Spool) throws(StorageError) -> Spool {
        spool.isShared.load(ordering: .relaxed) ? try copy(of: spool) : spool
    }

    private func copy(of content: Spool) throws(StorageError) -> Spool {
        let copy = try services.makeSpool()
        try copy.fill(from: content)
        return copy
    }

    /// close(2): a spool that is safe in the journal is done; without a journal, or when that fails, the server has it.
    func deliver(_ spool: Spool) async throws(StorageError) {
        guard let held = services.held, let rescue = services.settings.rescue else { return try await upload(spool) }
        do throws(StorageError) {
            let record = try await recordWithBase(rescue)
            try await held.keep(spool, record) { [self] () throws(StorageError) in try path() }
        } catch {
            services.logger.warning("\(services.settings.spoolDirectory) takes no more files: \(error)")
            try await upload(spool)
        }
    }

    /// What the file is to replace has to be known well enough to tell it from what somebody else makes of it.
    private func recordWithBase(_ rescue: RescueSettings) async throws(StorageError) -> RescueRecord {
        let path = try path()
        var record = makeRecord(path, rescue)
        if hasWrittenThrough || !record.base.isRecognisable { record.base = await found(at: path) }
        return record
    }

    private func found(at path: RemotePath) async -> RescueRecord.Base {
        do throws(StorageError) {
            return .init(try await services.remote.attributes(of: path))
        } catch {
            return error.code == .notFound ? .absent : .unknown
        }
    }

    /// Waits for room in the spool while uploads make some; a file that does not fit alone is written through.
    func makeRoom(for growth: Int64) async throws(StorageError) {
        guard let held = services.held, growth > 0 else { return }
        while !services.spools.fits(growth) {
            guard let change = held.withState({ $0.running > 0 ? $0.change : nil }) else { return try await outgrow() }
            try await change.value()
        }
    }

    /// Hands a spool that is complete so far to the server, and goes on there.
    private func outgrow() async throws(StorageError) {
        guard case .spool(let spool, _) = output else { return }
        let disposition: WriteDisposition = isOnServer ? .truncate : .createNew
        let writer = try await services.remote.openWriter(
            try path(), disposition, permissions: services.inodes.permissions(of: inode))
        let upload = services.makeWriteBehind(writer)
        try await write(spool, to: upload)
        output = capabilities.randomWrite ? .random(upload) : .stream(upload, end: spool.size)
        isOnServer = true
    }
}
