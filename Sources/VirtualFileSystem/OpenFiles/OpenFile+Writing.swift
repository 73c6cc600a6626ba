import FileModel
import NIOCore
import RemoteFileSystem

extension OpenFile {
    /// A stream skips forward at most so far, as zeros; beyond that it becomes a spool.
    static let paddingLimit: Int64 = 1 << 20

    /// Takes in a write. Its verdict comes with a later write, `synchronize` or `settle`.
    nonisolated func write(_ bytes: ByteBuffer, at offset: Int64, appending: Bool) async throws(StorageError) {
        try await gate.enter()
        defer { gate.leave() }
        try await put(bytes, at: offset, appending: appending)
    }

    private func put(_ bytes: ByteBuffer, at offset: Int64, appending: Bool) async throws(StorageError) {
        do throws(StorageError) {
            if let failure { throw failure }
            if case .none = output { try await openOutput(for: offset, appending: appending) }
            try await send(bytes, at: appending ? size : offset)
        } catch {
            copy?.isCutShort = true
            throw await explained(error)
        }
    }

    /// SFTP has no word for a full disk (draft-ietf-secsh-filexfer-02 §7): the server's free space tells.
    func explained(_ error: StorageError) async -> StorageError {
        guard error.code == .failed, capabilities.statistics,
            let room = try? await services.remote.statistics(.root),
            room.availableBlocks.multipliedReportingOverflow(by: room.blockSize).partialValue
                < UInt64(capabilities.blockSize)
        else { return error }
        return StorageError(
            .noSpace, "\(error.message); no space is left on the server", serverReply: error.serverReply)
    }

    private func send(_ bytes: ByteBuffer, at start: Int64) async throws(StorageError) {
        let range = start..<(start + Int64(bytes.readableBytes))
        switch output {
        case .none: throw StorageError(.failed, "the file is not open for writing")
        case .random(let upload): try await upload.write(bytes, at: start)
        case .spool(let spool, _):
            try await makeRoom(for: range.upperBound - spool.size)
            guard case .spool = output else { return try await send(bytes, at: start) }
            try store(bytes, at: start, in: spool)
        case .stream(let upload, let end) where (0...Self.paddingLimit).contains(start - end):
            try await pad(upload, from: end, to: start)
            try await upload.write(bytes, at: start)
            output = .stream(upload, end: range.upperBound)
        case .stream: try store(bytes, at: start, in: try await moveToSpool(keeping: size))
        }
        if case .spool = output {} else { copy?.write(bytes, at: start, size: size) }
        note(range)
    }

    private func store(_ bytes: ByteBuffer, at offset: Int64, in spool: Spool) throws(StorageError) {
        let own = try own(spool)
        try own.write(bytes, at: offset)
        output = .spool(own, isDirty: true)
    }

    /// Fills a gap that a seek left (lseek(2): it reads as zeros).
    func pad(_ upload: WriteBehind, from end: Int64, to start: Int64) async throws(StorageError) {
        guard start > end else { return }
        try await upload.write(ByteBuffer(repeating: 0, count: Int(start - end)), at: end)
    }

    /// A write beyond the end also makes the gap before it part of the file.
    private func note(_ range: Range<Int64>) {
        let changed = min(size, range.lowerBound)..<range.upperBound
        getAhead()
        live.withLock { $0.wrote(changed) }
        forgetTimes()
        invalidate(changed)
    }

    /// From here on the file knows better than the server.
    func getAhead() {
        let size = size
        beginCopy()
        live.withLock { live in
            if !live.isAhead { live.size = size }
            live.isAhead = true
            live.modified = .now()
        }
        noteContentChanged()
    }

    private func openOutput(for offset: Int64, appending: Bool) async throws(StorageError) {
        if try takeBack() { return }
        if capabilities.randomWrite {
            output = .random(try await openRandom(.update))
            return
        }
        let isAtEnd = try await isAtEnd(offset, appending: appending)
        do throws(StorageError) {
            if size == 0, offset <= Self.paddingLimit {
                try await openStream(.truncate, end: 0)
            } else if isAtEnd {
                try await openStream(.resume(at: size), end: size)
            } else {
                _ = try await moveToSpool(keeping: size)
            }
        } catch  where error.code == .busy {
            _ = try await moveToSpool(keeping: size)
        }
    }

    /// Whether a write continues the file; asks the server, because a stream that resumes elsewhere does damage.
    private func isAtEnd(_ offset: Int64, appending: Bool) async throws(StorageError) -> Bool {
        guard capabilities.resumableWrite, size > 0, appending || offset == size else { return false }
        let actual = try await services.remote.attributes(of: try path()).size
        if appending { serverSize.store(actual, ordering: .relaxed) }
        return actual == size
    }

    func openStream(_ disposition: WriteDisposition, end: Int64) async throws(StorageError) {
        let writer = try await services.remote.openWriter(try path(), disposition)
        output = .stream(services.makeWriteBehind(writer), end: end)
        isOnServer = true
    }
}
