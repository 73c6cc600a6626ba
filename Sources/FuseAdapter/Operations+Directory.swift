import CFuse3
import FileModel
import VirtualFileSystem

extension Operations {
    static func setDirectories(_ table: inout fuse_lowlevel_ops) {
        table.opendir = { request, inode, _ in
            Dispatcher.of(request).serve(request, "opendir", inode) { volume async throws(StorageError) in
                try volume.openDirectory(InodeNumber(inode))
            } reply: { request, volume, handle in
                if !request.reply(directory: handle) { volume.closeDirectory(handle) }
            }
        }
        table.readdir = { request, inode, size, offset, info in
            Operations.read(request, inode, size, offset, info, withAttributes: false)
        }
        table.readdirplus = { request, inode, size, offset, info in
            Operations.read(request, inode, size, offset, info, withAttributes: true)
        }
        table.releasedir = { request, inode, info in
            if let info { Dispatcher.of(request).volume.closeDirectory(HandleID(info.pointee.fh)) }
            fuse_reply_err(request, 0)
        }
        setMakingDirectories(&table)
    }

    private static func setMakingDirectories(_ table: inout fuse_lowlevel_ops) {
        table.mkdir = { request, parent, text, mode in
            let dispatcher = Dispatcher.of(request)
            guard let name = dispatcher.name(text, request) else { return }
            let permissions = UInt16(truncatingIfNeeded: mode)
            dispatcher.serveEntry(request, "mkdir in", parent) { volume async throws(StorageError) in
                try await volume.createDirectory(name, in: InodeNumber(parent), permissions: permissions)
            }
        }
        table.rmdir = { request, parent, text in
            let dispatcher = Dispatcher.of(request)
            guard let name = dispatcher.name(text, request) else { return }
            dispatcher.serveChange(request, "rmdir in", parent) { volume async throws(StorageError) in
                try await volume.removeDirectory(name, in: InodeNumber(parent))
            }
        }
    }

    /// Offsets 0 and 1 are `.` and `..`, the volume's own begin at 2.
    private static func read(
        _ request: fuse_req_t?, _ inode: fuse_ino_t, _ size: Int, _ offset: off_t,
        _ info: UnsafeMutablePointer<fuse_file_info>?, withAttributes: Bool
    ) {
        let handle = HandleID(info?.pointee.fh ?? 0)
        let offset = Int64(offset)
        Dispatcher.of(request).serve(request, "readdir", inode) { volume async throws(StorageError) in
            var buffer = DirectoryBuffer(capacity: size, withAttributes: withAttributes)
            let directory = InodeNumber(inode)
            if offset < 1, !buffer.addSelf(directory, named: ".", nextOffset: 1) { return buffer }
            if offset < 2, !buffer.addSelf(volume.parent(of: directory), named: "..", nextOffset: 2) { return buffer }
            try await volume.readDirectory(handle, from: max(0, offset - 2), withAttributes: withAttributes) { item in
                buffer.add(item, nextOffset: item.nextOffset + 2)
            }
            return buffer
        } reply: { request, _, buffer in
            request.reply(buffer)
        }
    }
}

extension Dispatcher {
    /// Serves an operation whose result is a new entry.
    func serveEntry(
        _ raw: fuse_req_t?, _ operation: String, _ inode: fuse_ino_t,
        _ body: @escaping @Sendable (Volume) async throws(StorageError) -> Entry
    ) {
        serve(raw, operation, inode, body) { request, volume, entry in
            if !request.reply(entry) { volume.forget(entry.attributes.inode, 1) }
        }
    }

    /// Serves an operation that either succeeds or fails.
    func serveChange(
        _ raw: fuse_req_t?, _ operation: String, _ inode: fuse_ino_t,
        _ body: @escaping @Sendable (Volume) async throws(StorageError) -> Void
    ) {
        serve(raw, operation, inode, body) { request, _, _ in request.succeed() }
    }
}
