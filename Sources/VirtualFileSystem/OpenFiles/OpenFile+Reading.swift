import FileModel
import NIOCore

extension OpenFile {
    /// Reads up to `count` bytes; fewer only at the end of the file. Sees everything written before.
    nonisolated func read(
        _ readAhead: ReadAhead, at offset: Int64, count: Int
    ) async throws(StorageError) -> [ByteBuffer] {
        if isBehindWrites(offset..<(offset + Int64(count))) {
            try await exclusively { file async throws(StorageError) in try await file.makeReadable() }
        }
        if wasWritten.load(ordering: .acquiring), let bytes = try await readSpool(at: offset, count: count) {
            return [bytes]
        }
        return try await readAhead.read(at: offset, count: count)
    }

    /// The same without waiting; nil where the server is needed.
    nonisolated func readIfPresent(_ readAhead: ReadAhead, at offset: Int64, count: Int) -> [ByteBuffer]? {
        if live.withLock({ $0.isAhead }) { return nil }
        return readAhead.readIfPresent(at: offset, count: count)
    }

    /// Whether the server may answer a read of `range` with something older than our writes.
    private nonisolated func isBehindWrites(_ range: Range<Int64>) -> Bool {
        let isRandom = capabilities.randomWrite
        return live.withLock { live in
            guard live.isAhead else { return false }
            return isRandom ? live.unread?.overlaps(range) ?? false : true
        }
    }

    private func readSpool(at offset: Int64, count: Int) throws(StorageError) -> ByteBuffer? {
        guard case .spool(let spool, _) = output else { return nil }
        return try spool.read(at: offset, count: count)
    }

    /// Lets the server have what was written; a stream, which cannot be read while it grows, becomes a spool.
    private func makeReadable() async throws(StorageError) {
        switch output {
        case .none, .spool: return
        case .stream: _ = try await moveToSpool(keeping: size)
        case .random(let upload):
            do throws(StorageError) {
                try await upload.synchronize()
                forgetCopy()
            } catch  where error.code == .unsupported {
                try await end(upload)
            }
            noteReadable()
        }
    }

    private func end(_ upload: WriteBehind) async throws(StorageError) {
        output = .none
        do throws(StorageError) {
            try await upload.close(AttributeChanges())
        } catch {
            failure = error
            throw error
        }
        hasWrittenThrough = true
        forgetCopy()
    }

    /// Everything written is readable now; what was prefetched meanwhile may be older.
    func noteReadable() {
        let written = live.withLock { live in
            defer { live.unread = nil }
            return live.unread
        }
        guard let written else { return }
        invalidate(written)
        if !capabilities.readersSeeGrowth { source?.leaveReader(shorterThan: size) }
    }
}
