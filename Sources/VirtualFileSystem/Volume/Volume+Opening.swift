public import FileModel
import NIOCore

extension Volume {
    /// Opens a file; attributes are asked for anew unless they are fresh (close-to-open consistency).
    public func open(_ inode: InodeNumber, flags: OpenFlags) async throws(StorageError) -> OpenedFile {
        if flags.contains(.write) || flags.contains(.truncate) { try checkWritable() }
        let ahead = flags == .read ? try await filesAhead.opened(inode) : nil
        let file = try inodes.acquireFile(inode) { OpenFile(inode, size: $0.size, services: services) }
        let id = handles.makeID()
        metrics.looked(in: .ahead, hit: ahead != nil)
        if flags == .read, let opened = openFromMemory(file, id, ahead) { return opened }
        do throws(StorageError) {
            let revision = inodes.revision(of: inode)
            let told = try await file.open(id, flags)
            if let told {
                inodes.withLock { table, now in table.noteOpened(inode, told, revision: revision, now: now) }
            } else if !flags.contains(.truncate), !file.isAhead {
                try await refresh(inode)
            }
        } catch {
            await close(id, file)
            throw error
        }
        return opened(file, id, flags, keepsCache: keepsPages(file))
    }

    /// Opens a file to read without the server: what it begins with was read ahead, or the kernel holds its pages.
    ///
    /// The server is asked when a read needs more, and if the file is another one by then, the read fails.
    private func openFromMemory(
        _ file: OpenFile, _ id: HandleID, _ ahead: (beginning: ByteBuffer, attributes: FileAttributes)?
    ) -> OpenedFile? {
        guard !file.isAhead, let attributes = ahead?.attributes ?? inodes.attributesOfKeptPages(file.inode) else {
            return nil
        }
        let readAhead = file.makeReadAhead(for: id)
        let isUsable = ahead.map { readAhead.hold($0.beginning, of: attributes) } ?? readAhead.source.expect(attributes)
        // Only now, and once: it notes what the kernel's next pages are read from.
        return isUsable ? add(file, id, .read, readAhead, keepsCache: keepsPages(file)) : nil
    }

    private func keepsPages(_ file: OpenFile) -> Bool {
        let isWritten = file.isAhead
        return inodes.withLock { table, _ in
            table.keepsPages(file.inode, isWritten: isWritten, clock: .now())
        }
    }

    func opened(_ file: OpenFile, _ id: HandleID, _ flags: OpenFlags, keepsCache: Bool) -> OpenedFile {
        let readAhead = flags.contains(.read) ? file.makeReadAhead(for: id) : nil
        return add(file, id, flags, readAhead, keepsCache: keepsCache)
    }

    private func add(
        _ file: OpenFile, _ id: HandleID, _ flags: OpenFlags, _ readAhead: ReadAhead?, keepsCache: Bool
    ) -> OpenedFile {
        handles.add(FileHandle(id: id, flags: flags, file: file, readAhead: readAhead))
        return OpenedFile(
            handle: id, keepsCache: keepsCache, readsDirectly: !capabilities.exactSizes,
            isReadOnly: !flags.contains(.write))
    }
}
