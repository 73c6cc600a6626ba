import CFuse3
import FileModel
import Glibc
import NIOCore
import VirtualFileSystem

extension Operations {
    static func setFiles(_ table: inout fuse_lowlevel_ops) {
        setOpening(&table)
        setClosing(&table)
        table.read = { request, inode, size, offset, info in
            Operations.read(request, inode, size, Int64(offset), HandleID(info?.pointee.fh ?? 0))
        }
        table.write = { request, inode, memory, size, offset, info in
            let bytes = ByteBuffer(bytes: UnsafeRawBufferPointer(start: memory, count: size))
            let handle = HandleID(info?.pointee.fh ?? 0)
            let offset = Int64(offset)
            Dispatcher.of(request).serve(request, "write", inode, bytes: size) { volume async throws(StorageError) in
                try await volume.write(handle, bytes, at: offset)
            } reply: { request, _, _ in
                request.reply(written: bytes.readableBytes)
            }
        }
    }

    private static func read(
        _ request: fuse_req_t?, _ inode: fuse_ino_t, _ size: Int, _ offset: Int64, _ handle: HandleID
    ) {
        let dispatcher = Dispatcher.of(request)
        dispatcher.serve(request, "read", inode, bytes: size) { volume async throws(StorageError) in
            if let present = volume.readIfPresent(handle, at: offset, count: size) { return present }
            return try await volume.read(handle, at: offset, count: size)
        } reply: { request, _, slices in
            request.reply(slices)
        }
    }

    private static func setOpening(_ table: inout fuse_lowlevel_ops) {
        table.open = { request, inode, info in
            let flags = OpenFlags(opening: info?.pointee.flags ?? 0)
            Dispatcher.of(request).serve(request, "open", inode) { volume async throws(StorageError) in
                try await volume.open(InodeNumber(inode), flags: flags)
            } reply: { request, volume, opened in
                if !request.reply(opened) { await volume.release(opened.handle) }
            }
        }
        table.create = { request, parent, text, mode, info in
            let dispatcher = Dispatcher.of(request)
            guard let name = dispatcher.name(text, request) else { return }
            let flags = OpenFlags(opening: info?.pointee.flags ?? 0)
            Operations.create(dispatcher, request, parent, name, UInt16(truncatingIfNeeded: mode), flags)
        }
    }

    private static func create(
        _ dispatcher: Dispatcher, _ request: fuse_req_t?, _ parent: fuse_ino_t, _ name: FileName, _ permissions: UInt16,
        _ flags: OpenFlags
    ) {
        dispatcher.serve(request, "create in", parent) { volume async throws(StorageError) in
            try await volume.create(name, in: InodeNumber(parent), permissions: permissions, flags: flags)
        } reply: { request, volume, created in
            if !request.reply(created.0, created.1) {
                volume.forget(created.0.attributes.inode, 1)
                await volume.release(created.1.handle)
            }
        }
    }

    private static func setClosing(_ table: inout fuse_lowlevel_ops) {
        table.flush = { request, inode, info in
            let handle = HandleID(info?.pointee.fh ?? 0)
            let owner = info?.pointee.lock_owner ?? 0
            Dispatcher.of(request).serveChange(request, "close", inode) { volume async throws(StorageError) in
                try await volume.flush(handle, owner: owner)
            }
        }
        table.fsync = { request, inode, _, info in
            let handle = HandleID(info?.pointee.fh ?? 0)
            Dispatcher.of(request).serveChange(request, "fsync", inode) { volume async throws(StorageError) in
                try await volume.synchronize(handle)
            }
        }
        table.release = { request, inode, info in
            let handle = HandleID(info?.pointee.fh ?? 0)
            Dispatcher.of(request).serveChange(request, "release", inode) { volume async throws(StorageError) in
                await volume.release(handle)
            }
        }
    }
}
