import CFuse3
import FileModel
import Glibc
import VirtualFileSystem

extension Operations {
    static func setLookup(_ table: inout fuse_lowlevel_ops) {
        table.lookup = { request, parent, name in Operations.lookup(request, parent, name) }
        table.forget = { request, inode, count in
            Dispatcher.of(request).volume.forget(InodeNumber(inode), count)
            fuse_reply_none(request)
        }
        table.forget_multi = { request, count, items in
            let volume = Dispatcher.of(request).volume
            for item in UnsafeBufferPointer(start: items, count: count) {
                volume.forget(InodeNumber(item.ino), item.nlookup)
            }
            fuse_reply_none(request)
        }
    }

    private static func lookup(_ request: fuse_req_t?, _ parent: fuse_ino_t, _ text: UnsafePointer<CChar>?) {
        let dispatcher = Dispatcher.of(request)
        guard let name = dispatcher.name(text, request) else { return }
        let directory = InodeNumber(parent)
        let start = ContinuousClock.now
        if let known = try? dispatcher.volume.cachedLookup(name, in: directory) {
            dispatcher.answer(request, known)
            return dispatcher.noteCached("lookup", .names, since: start)
        }
        dispatcher.volume.metrics.looked(in: .names, hit: false)
        dispatcher.serve(request, "lookup", parent) { volume async throws(StorageError) in
            try await volume.lookup(name, in: directory)
        } reply: { request, volume, answer in
            switch answer {
            case .absent(let validity): request.replyAbsent(validity)
            case .found(let entry):
                if !request.reply(entry) { volume.forget(entry.attributes.inode, 1) }
            }
        }
    }
}

extension Dispatcher {
    /// Answers a lookup on libfuse's own thread.
    fileprivate func answer(_ raw: fuse_req_t?, _ answer: LookupAnswer) {
        var parameters = fuse_entry_param()
        switch answer {
        case .absent(let validity): parameters.entry_timeout = validity.inSeconds
        case .found(let entry): parameters = fuse_entry_param(entry)
        }
        if fuse_reply_entry(raw, &parameters) == -ENOENT, case .found(let entry) = answer {
            volume.forget(entry.attributes.inode, 1)
        }
    }
}
