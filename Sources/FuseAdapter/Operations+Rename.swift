import CFuse3
import FileModel
import Glibc
import VirtualFileSystem

extension Operations {
    static func setNames(_ table: inout fuse_lowlevel_ops) {
        setRenaming(&table)
        setLinks(&table)
        table.unlink = { request, parent, text in
            let dispatcher = Dispatcher.of(request)
            guard let name = dispatcher.name(text, request) else { return }
            dispatcher.serveChange(request, "unlink in", parent) { volume async throws(StorageError) in
                try await volume.unlink(name, in: InodeNumber(parent))
            }
        }
        table.mknod = { request, parent, text, mode, _ in
            let dispatcher = Dispatcher.of(request)
            guard let name = dispatcher.name(text, request) else { return }
            guard mode & S_IFMT == S_IFREG else {
                fuse_reply_err(request, EPERM)
                return
            }
            let permissions = UInt16(truncatingIfNeeded: mode & 0o7777)
            dispatcher.serveEntry(request, "mknod in", parent) { volume async throws(StorageError) in
                try await volume.createEmpty(name, in: InodeNumber(parent), permissions: permissions)
            }
        }
    }

    private static func setRenaming(_ table: inout fuse_lowlevel_ops) {
        table.rename = { request, parent, oldText, newParent, newText, flags in
            let dispatcher = Dispatcher.of(request)
            guard let old = dispatcher.name(oldText, request), let new = dispatcher.name(newText, request) else {
                return
            }
            guard let mode = Operations.renameMode(flags) else {
                fuse_reply_err(request, EINVAL)
                return
            }
            dispatcher.serveChange(request, "rename in", parent) { volume async throws(StorageError) in
                do throws(StorageError) {
                    try await volume.rename(
                        old, in: InodeNumber(parent), to: new, in: InodeNumber(newParent), mode: mode)
                } catch  where error.code == .unsupported && mode != .replace {
                    throw StorageError(.invalidArgument, error.message)
                }
            }
        }
    }

    private static func setLinks(_ table: inout fuse_lowlevel_ops) {
        table.symlink = { request, target, parent, text in
            let dispatcher = Dispatcher.of(request)
            guard let target, let name = dispatcher.name(text, request) else { return }
            let bytes = Array(UnsafeRawBufferPointer(start: target, count: strlen(target)))
            dispatcher.serveEntry(request, "symlink in", parent) { volume async throws(StorageError) in
                try await volume.createSymbolicLink(name, in: InodeNumber(parent), target: bytes)
            }
        }
        table.readlink = { request, inode in
            Dispatcher.of(request).serve(request, "readlink", inode) { volume async throws(StorageError) in
                try await volume.readLink(InodeNumber(inode))
            } reply: { request, _, target in
                request.reply(linkTarget: target)
            }
        }
        table.link = { request, inode, newParent, text in
            let dispatcher = Dispatcher.of(request)
            guard let name = dispatcher.name(text, request) else { return }
            dispatcher.serveEntry(request, "link", inode) { volume async throws(StorageError) in
                try await volume.link(InodeNumber(inode), as: name, in: InodeNumber(newParent))
            }
        }
    }

    /// The flags of renameat2(2); nil for those that a mount does not have.
    private static func renameMode(_ flags: UInt32) -> RenameRule? {
        switch flags {
        case 0: .replace
        case 1: .keepExisting
        case 2: .exchange
        default: nil
        }
    }
}
