import FileModel
import NIOCore
import RemoteFileSystem

extension OpenFile {
    /// Goes on in a local spool with the first `count` bytes of the file.
    ///
    /// - Throws: `.noSpace` at the spool limit, and what the transfers throw; the file stays as it was.
    func moveToSpool(keeping count: Int64) async throws(StorageError) -> Spool {
        try await endStream()
        let spool = try services.makeSpool()
        if count > 0, isOnServer { try await fetch(count, into: spool) }
        output = .spool(spool, isDirty: !isOnServer)
        live.withLock { $0.unread = nil }
        return spool
    }

    /// Lets the server have what a stream sent so far, without giving its verdict to the writer yet.
    func endStream() async throws(StorageError) {
        guard case .stream(let upload, _) = output else { return }
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

    private func fetch(_ count: Int64, into spool: Spool) async throws(StorageError) {
        let path = try path()
        let reader = try await services.remote.openReader(path)
        do throws(StorageError) {
            try await copy(count, from: reader, into: spool)
        } catch {
            await reader.close()
            throw error
        }
        await reader.close()
    }

    private func copy(_ count: Int64, from reader: TimeLimitedReader, into spool: Spool) async throws(StorageError) {
        var position: Int64 = 0
        while position < count {
            let end = min(count, position + Int64(capabilities.blockSize))
            let bytes = try await reader.read(position..<end)
            guard bytes.readableBytes > 0 else {
                throw StorageError(.corrupted, "\(reader.path) ended at \(position) of \(count) bytes")
            }
            try spool.write(bytes, at: position)
            position += Int64(bytes.readableBytes)
        }
    }

    /// Sends the whole spool to the server.
    ///
    /// A file that has content there is replaced in one step where the server can, so that a broken upload leaves the
    /// old content.
    func upload(_ spool: Spool) async throws(StorageError) {
        let path = try path()
        let isReplacing = isOnServer && capabilities.atomicReplace && serverSize.load(ordering: .relaxed) > 0
        guard isReplacing, let temporary = temporaryPath(beside: path) else {
            return try await send(spool, to: path, openWriter(path, spool.size))
        }
        // A listing that is made meanwhile must not show it.
        let place = temporary.name.flatMap { services.inodes.hide($0, beside: inode) }
        defer { place.map(services.inodes.unhide) }
        let writer: TimeLimitedWriter
        do throws(StorageError) {
            writer = try await openWriter(temporary, spool.size)
        } catch  where error.code == .permissionDenied {
            return try await send(spool, to: path, openWriter(path, spool.size))
        }
        do throws(StorageError) {
            try await send(spool, to: temporary, writer)
            try await services.remote.rename(temporary, to: path, mode: .replace)
        } catch {
            try? await services.remote.removeFile(temporary)
            throw error
        }
    }

    private func send(_ spool: Spool, to path: RemotePath, _ writer: TimeLimitedWriter) async throws(StorageError) {
        let upload = services.makeWriteBehind(writer)
        try await write(spool, to: upload)
        try await upload.close(pending)
    }

    /// Sends a whole spool; an upload that fails is given up.
    func write(_ spool: Spool, to upload: WriteBehind) async throws(StorageError) {
        var position: Int64 = 0
        do throws(StorageError) {
            while position < spool.size {
                let bytes = try spool.read(at: position, count: capabilities.blockSize)
                try await upload.write(bytes, at: position)
                position += Int64(bytes.readableBytes)
            }
        } catch {
            await upload.abort()
            throw error
        }
    }

    /// An upload may wait for a session; only a stream that is held open for an unknown time must not.
    private func openWriter(_ path: RemotePath, _ size: Int64) async throws(StorageError) -> TimeLimitedWriter {
        let permissions = capabilities.permissions ? services.inodes.permissions(of: inode) : nil
        let deadline = ContinuousClock.now + services.settings.timeout
        var pause = Duration.milliseconds(10)
        while true {
            do throws(StorageError) {
                return try await services.remote.openWriter(
                    path, .truncate, permissions: permissions, expectedSize: size)
            } catch  where error.code == .busy && ContinuousClock.now < deadline {
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, .milliseconds(500))
            }
        }
    }

    /// `.name.id.part` in the same directory, cut to what the server takes.
    private func temporaryPath(beside path: RemotePath) -> RemotePath? {
        guard let name = path.name, let parent = path.parent else { return nil }
        let suffix = Array(".\(String(UInt32.random(in: 0...UInt32.max), radix: 36)).part".utf8)
        let room = max(0, capabilities.maximumNameLength - suffix.count - 1)
        let bytes = [UInt8(ascii: ".")] + name.bytes.prefix(room) + suffix
        return (try? FileName(bytes)).map { parent.appending($0) }
    }
}
