import CFuse3
import FileModel
import Glibc
import NIOCore
import VirtualFileSystem

extension FuseRequest {
    /// - Returns: false when the kernel did not take the reference that the entry stands for.
    consuming func reply(_ entry: Entry) -> Bool {
        var parameters = fuse_entry_param(entry)
        return answer { fuse_reply_entry($0, &parameters) }
    }

    /// A name that the kernel may take for absent for a while.
    consuming func replyAbsent(_ validity: Duration) {
        var parameters = fuse_entry_param()
        parameters.entry_timeout = validity.inSeconds
        _ = answer { fuse_reply_entry($0, &parameters) }
    }

    consuming func reply(_ attributes: NodeAttributes) {
        var status = stat(attributes)
        _ = answer { fuse_reply_attr($0, &status, attributes.validity.inSeconds) }
    }

    /// - Returns: false when the kernel does not know the handle and will never release it.
    consuming func reply(_ opened: OpenedFile) -> Bool {
        var info = fuse_file_info(opened)
        return answer { fuse_reply_open($0, &info) }
    }

    consuming func reply(_ entry: Entry, _ opened: OpenedFile) -> Bool {
        var parameters = fuse_entry_param(entry)
        var info = fuse_file_info(opened)
        return answer { fuse_reply_create($0, &parameters, &info) }
    }

    consuming func reply(directory handle: HandleID) -> Bool {
        var info = fuse_file_info()
        info.fh = handle.value
        return answer { fuse_reply_open($0, &info) }
    }

    consuming func reply(written count: Int) { _ = answer { fuse_reply_write($0, count) } }

    consuming func reply(linkTarget: [UInt8]) {
        let text = (linkTarget + [0]).map { CChar(bitPattern: $0) }
        _ = answer { fuse_reply_readlink($0, text) }
    }

    consuming func reply(_ statistics: FileSystemStatistics) {
        var status = statvfs()
        status.f_bsize = UInt(statistics.blockSize)
        status.f_frsize = UInt(statistics.blockSize)
        status.f_blocks = fsblkcnt_t(statistics.totalBlocks)
        status.f_bfree = fsblkcnt_t(statistics.freeBlocks)
        status.f_bavail = fsblkcnt_t(statistics.availableBlocks)
        status.f_files = fsfilcnt_t(statistics.totalFiles)
        status.f_ffree = fsfilcnt_t(statistics.freeFiles)
        status.f_favail = fsfilcnt_t(statistics.freeFiles)
        status.f_namemax = UInt(statistics.maximumNameLength)
        _ = answer { fuse_reply_statfs($0, &status) }
    }

    consuming func reply(_ buffer: DirectoryBuffer) {
        _ = answer { raw in
            buffer.withBytes { fuse_reply_buf(raw, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count) }
        }
    }

    /// Hands slices to the kernel without joining them.
    consuming func reply(_ slices: [ByteBuffer]) {
        _ = answer { raw in
            withVectors(slices[...], []) { vectors in fuse_reply_iov(raw, vectors, CInt(vectors.count)) }
        }
    }
}

/// Collects the memory of each slice, one nested access after the other, and calls `body` inside all of them.
private func withVectors(_ slices: ArraySlice<ByteBuffer>, _ vectors: [iovec], _ body: ([iovec]) -> CInt) -> CInt {
    guard let first = slices.first else { return body(vectors) }
    return first.withUnsafeReadableBytes { memory in
        let base = UnsafeMutableRawPointer(mutating: memory.baseAddress)
        return withVectors(slices.dropFirst(), vectors + [iovec(iov_base: base, iov_len: memory.count)], body)
    }
}

extension fuse_file_info {
    init(_ opened: OpenedFile) {
        self.init()
        fh = opened.handle.value
        keep_cache = opened.keepsCache ? 1 : 0
        direct_io = opened.readsDirectly ? 1 : 0
        noflush = opened.isReadOnly ? 1 : 0
    }
}
