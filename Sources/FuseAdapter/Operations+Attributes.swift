import CFuse3
import FileModel
import Glibc
import VirtualFileSystem

extension Operations {
    static func setAttributes(_ table: inout fuse_lowlevel_ops) {
        table.getattr = { request, inode, _ in Operations.getattr(request, inode) }
        table.setattr = { request, inode, attributes, set, info in
            guard let attributes else { return }
            let changes = NodeChanges(attributes.pointee, set)
            let handle = info.map { HandleID($0.pointee.fh) }
            Dispatcher.of(request).serve(request, "setattr", inode) { volume async throws(StorageError) in
                try await volume.setAttributes(of: InodeNumber(inode), changes, handle: handle)
            } reply: { request, _, attributes in
                request.reply(attributes)
            }
        }
        table.access = { request, inode, mask in
            Dispatcher.of(request).serve(request, "access", inode) { volume async throws(StorageError) in
                try await volume.access(
                    InodeNumber(inode), writing: mask & W_OK != 0, executing: mask & X_OK != 0)
            } reply: { request, _, _ in
                request.succeed()
            }
        }
        table.statfs = { request, inode in
            Dispatcher.of(request).serve(request, "statfs", inode) { volume async throws(StorageError) in
                try await volume.statistics()
            } reply: { request, _, statistics in
                request.reply(statistics)
            }
        }
    }

    private static func getattr(_ request: fuse_req_t?, _ inode: fuse_ino_t) {
        let dispatcher = Dispatcher.of(request)
        let start = ContinuousClock.now
        if let known = try? dispatcher.volume.cachedAttributes(of: InodeNumber(inode)) {
            var status = stat(known)
            fuse_reply_attr(request, &status, known.validity.inSeconds)
            return dispatcher.noteCached("getattr", .attributes, since: start)
        }
        dispatcher.volume.metrics.looked(in: .attributes, hit: false)
        dispatcher.serve(request, "getattr", inode) { volume async throws(StorageError) in
            try await volume.attributes(of: InodeNumber(inode))
        } reply: { request, _, attributes in
            request.reply(attributes)
        }
    }
}
