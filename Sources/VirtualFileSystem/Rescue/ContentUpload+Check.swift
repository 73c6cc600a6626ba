import FileModel
import NIOCore
import RemoteFileSystem

extension ContentUpload {
    /// Whether the content may have its name, as far as `found` tells, which has it now.
    ///
    /// - Throws: `.alreadyExists` when somebody else changed the file since it was written here.
    func check(_ found: FileAttributes?, orOurs left: RescueRecord.Base? = nil) async throws(StorageError) {
        guard let found else { return }
        let now = RescueRecord.Base(found)
        if record.base.matches(now) || record.left.matches(now) || left?.matches(now) == true { return }
        if record.parts == nil, try await isBeginning(found) { return }
        throw StorageError(
            .alreadyExists,
            "\(path) was changed on the server since it was written here; look at both with syncctl rescue export, or "
                + "replace it with --force")
    }

    /// Whether the server has exactly this content under the name already, by its time or by a look at it.
    func isThere(_ found: FileAttributes) async throws(StorageError) -> Bool {
        guard found.size == content.size else { return false }
        let ours = RescueRecord.Base.file(size: content.size, modified: record.modified, precision: 1)
        if ours.matches(RescueRecord.Base(found)) { return true }
        return try await isBeginning(found)
    }

    /// Whether what is there is the beginning of what we have, as a broken upload leaves it.
    private func isBeginning(_ found: FileAttributes) async throws(StorageError) -> Bool {
        guard found.size <= content.size else { return false }
        let reader = try await remote.openReader(path)
        do throws(StorageError) {
            let isSame = try await isSame(reader, upTo: found.size)
            await reader.close()
            return isSame
        } catch {
            await reader.close()
            throw error
        }
    }

    private func isSame(_ reader: TimeLimitedReader, upTo end: Int64) async throws(StorageError) -> Bool {
        var position: Int64 = 0
        while position < end {
            let bytes = try await reader.read(position..<min(end, position + Self.block))
            let own = try content.read(at: position, count: bytes.readableBytes)
            guard bytes.readableBytes > 0, bytes.readableBytesView == own.readableBytesView else { return false }
            position += Int64(bytes.readableBytes)
        }
        return true
    }
}
