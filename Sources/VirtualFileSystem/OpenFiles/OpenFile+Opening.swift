import FileModel
import NIOCore
import RemoteFileSystem

extension OpenFile {
    /// Makes the file ready for a new handle.
    ///
    /// - Returns: the attributes that the server told with the open, if it did.
    nonisolated func open(_ id: HandleID, _ flags: OpenFlags) async throws(StorageError) -> FileAttributes? {
        if flags == .read, !wasWritten.load(ordering: .acquiring) { return try await source?.opened() }
        return try await exclusively { file async throws(StorageError) in
            var told: FileAttributes?
            if flags.contains(.read), let source = file.source, file.isOnServer { told = try await source.opened() }
            if flags.contains(.write) { try await file.openForWriting(id, flags) }
            return told
        }
    }

    private func openForWriting(_ id: HandleID, _ flags: OpenFlags) async throws(StorageError) {
        if flags.contains(.truncate) {
            try await resize(to: 0)
        } else if try takeBack() {
            // What is pending is changed here.
        } else if !capabilities.exactSizes, isOnServer, size > 0 {
            throw wholeFilesOnly
        } else if capabilities.randomWrite, case .none = output {
            output = .random(try await openRandom(.update))
        }
        writers.insert(id)
    }

    /// Creates the file on the server and makes it ready for its first handle.
    ///
    /// - Parameter isAbsent: nothing has that name as far as we know, so a server without exclusive create need not
    ///   look again.
    nonisolated func create(
        _ id: HandleID, at path: RemotePath, permissions: UInt16, isAbsent: Bool
    ) async throws(StorageError) {
        try await exclusively { file async throws(StorageError) in
            try await file.createOutput(at: path, permissions, isAbsent ? .truncate : .createNew)
            file.writers.insert(id)
        }
    }

    private func createOutput(
        at path: RemotePath, _ permissions: UInt16, _ disposition: WriteDisposition
    ) async throws(StorageError) {
        if services.held?.hasRoom == true { return try await createPending(path, disposition) }
        if capabilities.randomWrite {
            output = .random(
                services.makeWriteBehind(
                    try await services.remote.openWriter(path, .createNew, permissions: permissions)))
            return
        }
        do throws(StorageError) {
            let writer = try await services.remote.openWriter(path, disposition, permissions: permissions)
            output = .stream(services.makeWriteBehind(writer), end: 0)
        } catch  where error.code == .busy {
            output = .spool(try services.makeSpool(), isDirty: true)
            isOnServer = false
        }
        getAhead()
    }

    func openRandom(_ disposition: WriteDisposition) async throws(StorageError) -> WriteBehind {
        services.makeWriteBehind(try await services.remote.openWriter(try path(), disposition))
    }

    /// A reader for a new handle.
    nonisolated func makeReadAhead(for id: HandleID) -> ReadAhead {
        let connections: Int64 = size >= ReaderPair<TimeLimitedReader>.smallestShared ? 2 : 1
        let wanted = services.remote.base.bytesAhead(connections: connections)
        let readAhead = ReadAhead(
            source: source ?? makeStreamSource(), blockSize: capabilities.blockSize,
            maximumWindow: min(services.settings.readAhead.bytes, wanted),
            fileSize: { [weak self, capabilities] in capabilities.exactSizes ? self?.size ?? 0 : 0 })
        readAheads.withLock { $0[id] = readAhead }
        return readAhead
    }

    private nonisolated func makeStreamSource() -> any BlockSource {
        StreamReadSource(idleTimeout: services.settings.streamIdleTimeout) {
            [services, inode] () async throws(StorageError) in
            try await services.remote.openReader(services.inodes.path(of: inode))
        }
    }

    /// Ends a handle; what nobody is left to report an error to is settled here.
    nonisolated func release(_ id: HandleID) async throws(StorageError) {
        if let readAhead = readAheads.withLock({ $0.removeValue(forKey: id) }), source == nil {
            await readAhead.close()
        }
        verdicts.withLock { $0.forget(id) }
        guard wasWritten.load(ordering: .acquiring) else { return }
        try await exclusively { file async throws(StorageError) in
            guard file.writers.remove(id) != nil, file.writers.isEmpty else { return }
            try await file.settle()
            await file.closeOutput()
        }
    }

    /// Gives back what the last handle left.
    nonisolated func finish() async {
        await source?.close()
        guard wasWritten.load(ordering: .acquiring) else { return }
        try? await exclusively { file async throws(StorageError) in await file.closeOutput() }
    }

    /// Closes an output that holds nothing the server lacks.
    private func closeOutput() async {
        switch output {
        case .none: return
        case .random(let upload), .stream(let upload, _): try? await upload.close(AttributeChanges())
        case .spool: break
        }
        output = .none
    }
}
