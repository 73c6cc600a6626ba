public import FileModel
public import NIOCore

extension Volume {
    /// Creates a file and opens it (open(2), O_CREAT).
    ///
    /// - Parameter flags: with `.exclusive` an existing file is `.alreadyExists`; without, it is opened.
    public func create(
        _ name: FileName, in parent: InodeNumber, permissions: UInt16, flags: OpenFlags
    ) async throws(StorageError) -> (Entry, OpenedFile) {
        try checkWritable()
        do throws(StorageError) {
            let link = Link(parent: parent, name: name)
            return try await changing([link]) { () async throws(StorageError) in
                try await createNew(link, permissions, flags)
            }
        } catch  where error.code == .alreadyExists && !flags.contains(.exclusive) {
            return try await openExisting(name, in: parent, flags)
        }
    }

    private func createNew(
        _ link: Link, _ permissions: UInt16, _ flags: OpenFlags
    ) async throws(StorageError) -> (Entry, OpenedFile) {
        let path = try path(of: link.name, in: link.parent)
        // With write-back the upload finds out whether somebody else made the file meanwhile.
        let asksServer = flags.contains(.exclusive) && services.held == nil
        let isAbsent = asksServer ? false : try isKnownAbsent(link)
        let id = handles.makeID()
        let attributes = made(.regular, permissions)
        let file = try inodes.makeFile(attributes) { OpenFile($0, size: 0, services: services) }
        do throws(StorageError) {
            try await file.create(id, at: path, permissions: permissions & 0o7777, isAbsent: isAbsent)
            let entry = entry(try name(file.inode, link))
            return (entry, opened(file, id, flags.union(.write), keepsCache: false))
        } catch {
            inodes.withLock { table, _ in (try? table.directory(link.parent))?.noteChange(of: link.name) }
            await close(id, file)
            throw error
        }
    }

    /// Creates an empty file without opening it (mknod(2)).
    public func createEmpty(
        _ name: FileName, in parent: InodeNumber, permissions: UInt16
    ) async throws(StorageError) -> Entry {
        let (entry, opened) = try await create(
            name, in: parent, permissions: permissions, flags: [.write, .exclusive])
        do throws(StorageError) {
            try await flush(opened.handle)
        } catch {
            await release(opened.handle)
            forget(entry.attributes.inode, 1)
            throw error
        }
        await release(opened.handle)
        return entry
    }

    /// Gives a new inode its name and takes a reference for the kernel.
    func name(_ inode: InodeNumber, _ link: Link) throws(StorageError) -> InodeSnapshot {
        try inodes.locked { table, now throws(StorageError) in
            try table.addLink(link, to: inode, now: now)
            try table.retain(inode)
            return InodeSnapshot(try table.inode(inode))
        }
    }

    private func isKnownAbsent(_ link: Link) throws(StorageError) -> Bool {
        try inodes.locked { table, now throws(StorageError) in
            guard case .absent = try table.answer(link.name, in: link.parent, now: now) else { return false }
            return true
        }
    }

    private func openExisting(
        _ name: FileName, in parent: InodeNumber, _ flags: OpenFlags
    ) async throws(StorageError) -> (Entry, OpenedFile) {
        guard case .found(let entry) = try await lookup(name, in: parent) else {
            throw StorageError(.notFound, "\(try path(of: name, in: parent)) vanished while it was opened")
        }
        do throws(StorageError) {
            return (entry, try await open(entry.attributes.inode, flags: flags))
        } catch {
            forget(entry.attributes.inode, 1)
            throw error
        }
    }

    private func handle(_ id: HandleID) throws(StorageError) -> FileHandle {
        guard let handle = handles.file(id) else { throw StorageError(.staleHandle, "the file is not open") }
        return handle
    }

    /// Reads up to `count` bytes, fewer only at the end of the file, as slices of the blocks they were fetched in.
    public func read(_ id: HandleID, at offset: Int64, count: Int) async throws(StorageError) -> [ByteBuffer] {
        let handle = try handle(id)
        guard let readAhead = handle.readAhead else {
            throw StorageError(.invalidArgument, "the file is not open for reading")
        }
        try await readWhole(handle.file, readAhead)
        let slices = try await handle.file.read(readAhead, at: offset, count: count)
        metrics.read(slices.reduce(0) { $0 + $1.readableBytes })
        return slices
    }

    /// Reads a small file as a whole at its first read, where opening a stream takes more round trips than that.
    private func readWhole(_ file: OpenFile, _ readAhead: ReadAhead) async throws(StorageError) {
        guard !capabilities.randomRead, !file.isAhead, readAhead.isUntouched else { return }
        guard let (content, attributes) = try await filesAhead.whole(file.inode), !file.isAhead else { return }
        _ = readAhead.hold(content, of: attributes)
    }

    /// The same without waiting; nil where the server is needed.
    public func readIfPresent(_ id: HandleID, at offset: Int64, count: Int) -> [ByteBuffer]? {
        guard let handle = handles.file(id), let readAhead = handle.readAhead else { return nil }
        let slices = handle.file.readIfPresent(readAhead, at: offset, count: count)
        metrics.looked(in: .reads, hit: slices != nil)
        if let slices { metrics.read(slices.reduce(0) { $0 + $1.readableBytes }) }
        return slices
    }

    /// Takes in all bytes; what becomes of them is told by a later write, `flush` or `synchronize`.
    public func write(_ id: HandleID, _ bytes: ByteBuffer, at offset: Int64) async throws(StorageError) {
        let handle = try handle(id)
        guard Int64.max - offset >= Int64(bytes.readableBytes) else {
            throw StorageError(.fileTooLarge, "the file would grow beyond what offsets can name")
        }
        try await handle.file.write(bytes, at: offset, appending: handle.flags.contains(.append))
        room.forget()
        metrics.wrote(bytes.readableBytes)
    }

    /// close(2): the server's verdict on everything written.
    ///
    /// - Parameter owner: tells the processes that share the handle apart; each hears of a failure.
    public func flush(_ id: HandleID, owner: UInt64 = 0) async throws(StorageError) {
        let handle = try handle(id)
        defer { if handle.flags.contains(.write) { room.forget() } }
        try await handle.file.flush(id, owner: owner)
    }

    /// fsync(2): the same, on stable storage where the server can promise that.
    public func synchronize(_ id: HandleID) async throws(StorageError) {
        try await handle(id).file.synchronize(id)
    }

    /// Ends a handle. What `flush` was never asked about is settled here, and a failure only logged.
    public func release(_ id: HandleID) async {
        guard let handle = handles.removeFile(id) else { return }
        let folder = inodes.withLock { table, _ in table.inodes[handle.file.inode]?.refuge?.parent }
        await farewells.saying(in: folder) { await close(id, handle.file) }
    }

    func close(_ id: HandleID, _ file: OpenFile) async {
        do throws(StorageError) {
            try await file.release(id)
        } catch {
            services.logger.error("closing \(describe(file.inode)): \(error)")
        }
        await giveBack(file)
    }

    private func giveBack(_ file: OpenFile) async {
        guard case .finished(let hidden) = inodes.releaseFile(file.inode) else { return }
        await file.finish()
        guard let hidden else { return }
        do throws(StorageError) {
            try await remove(hidden)
        } catch {
            services.logger.error("removing \(hidden.path), which was open when it was removed: \(error)")
        }
        inodes.unhide(hidden.link)
    }

    /// Its folder may be renamed at the same time.
    private func remove(_ hidden: HiddenName) async throws(StorageError) {
        var hidden = hidden
        while true {
            do throws(StorageError) {
                return try await remote.removeFile(hidden.path)
            } catch  where error.code == .notFound {
                let (parent, event) = (hidden.link.parent, hidden.event)
                hidden.event = inodes.withLock { table, _ in table.nextEvent() }
                let folder = try await newPlace { table throws(StorageError) in
                    try table.place(of: parent, since: event)
                }
                guard let folder else { throw error }
                hidden.path = folder.appending(hidden.link.name)
            }
        }
    }

    /// Lends the open file of an inode, open or not.
    func withFile(
        _ inode: InodeNumber, _ body: (OpenFile) async throws(StorageError) -> Void
    ) async throws(StorageError) {
        let file = try inodes.acquireFile(inode) { OpenFile(inode, size: $0.size, services: services) }
        do throws(StorageError) {
            try await body(file)
        } catch {
            await giveBack(file)
            throw error
        }
        await giveBack(file)
    }
}
