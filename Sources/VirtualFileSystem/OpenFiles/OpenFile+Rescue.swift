import FileModel
import Synchronization

extension OpenFile {
    /// A copy for what is about to be written; nil where nothing is rescued.
    static func makeCopy(_ services: FileServices) -> WrittenCopy? {
        services.settings.rescue.map { WrittenCopy(directory: $0.folder, budget: services.spools) }
    }

    /// The server has everything; a new copy begins with the next write.
    func forgetCopy() {
        copy = Self.makeCopy(services)
    }

    /// Notes what is on the server before the first write of several.
    func beginCopy() {
        guard copy != nil else { return }
        let base = isOnServer ? services.inodes.serverVersion(of: inode) : .absent
        copy?.begin(base)
    }

    /// Keeps what the server did not take, and says so in the log and in the error.
    ///
    /// - Returns: the error with the remedy.
    func rescue(after error: StorageError) async -> StorageError {
        defer { forgetCopy() }
        guard let rescue = services.settings.rescue, let path = try? path() else { return error }
        guard let (content, parts) = unconfirmed() else {
            guard copy?.isIncomplete == true else { return error }
            services.logger.error("\(path) was not uploaded and is too large to be kept: raise spool_limit")
            return error
        }
        var record = makeRecord(path, rescue)
        record.reason = "\(error)"
        record.code = error.code.rawValue
        record.left = await left(of: path, after: error)
        record.parts = parts
        do throws(StorageError) {
            try RescueStore(folder: rescue.folder).keep(content, record, limit: services.settings.spoolLimit.bytes)
        } catch {
            services.logger.error("\(path) was not uploaded and could not be kept either: \(error)")
            return error
        }
        services.rescued.withLock { $0.append(record) }
        services.logger.error(
            "\(path) was not uploaded (\(error)); it is kept: syncctl rescue retry \(record.id)")
        var told = error
        told.message += "; what was written is kept: syncctl rescue retry \(record.id)"
        return told
    }

    /// The bytes the server may lack; no parts when they are the whole file.
    private func unconfirmed() -> (Spool, [RescueRecord.Part]?)? {
        if case .spool(let spool, _) = output { return spool.size > 0 ? (spool, nil) : nil }
        guard let spool = copy?.content(), let copy else { return nil }
        if copy.extents.isWhole(of: size) {
            if spool.size != size { try? spool.truncate(to: size) }
            return (spool, nil)
        }
        return (spool, copy.extents.ranges.map { .init(offset: $0.lowerBound, count: Int64($0.count)) })
    }

    /// What there is to know of the whole content; the time is when it was written.
    func makeRecord(_ path: RemotePath, _ rescue: RescueSettings) -> RescueRecord {
        let now = Timestamp.now()
        let modified = pending.modified ?? live.withLock { $0.modified }
        return RescueRecord(
            id: RescueRecord.makeID(at: now), remote: capabilities.identity, definition: rescue.definition,
            folder: rescue.remoteFolder, path: path.string, pathBytes: Hexadecimal.text(path.bytes), size: size,
            modified: modified.seconds,
            permissions: pending.permissions ?? services.inodes.permissions(of: inode), rescued: now.seconds,
            reason: "", code: "", base: copy?.base ?? .unknown, left: .unknown, parts: nil,
            isCutShort: copy?.isCutShort ?? false)
    }

    /// What the failed upload left on a server that still answers.
    private func left(of path: RemotePath, after error: StorageError) async -> RescueRecord.Base {
        guard !error.isSessionFault else { return .unknown }
        do throws(StorageError) {
            return .init(try await services.remote.attributes(of: path))
        } catch {
            return error.code == .notFound ? .absent : .unknown
        }
    }
}

extension RescueRecord {
    /// Sorts by time; no two are the same.
    static func makeID(at time: Timestamp) -> String {
        let milliseconds = UInt64(max(0, time.seconds)) * 1000 + UInt64(time.nanoseconds / 1_000_000)
        let chance = String(UInt32.random(in: 0..<46_656), radix: 36)
        return String(milliseconds, radix: 36) + String(repeating: "0", count: 3 - chance.count) + chance
    }
}
