public import FileModel
import FoundationEssentials
import Glibc

/// One rescued file: `ID.data`, and `ID.json` that tells what it is.
public struct RescueEntry: Hashable, Sendable {
    public let id: String
    /// nil: the machine stopped between the two files, or the record is damaged. The content is whole all the same.
    public let record: RescueRecord?
    public let dataFile: String
    /// Of the content here; a file with gaps takes less on the disk.
    public let size: Int64
}

/// The folder of files that could not be uploaded.
///
/// The content is on disk and has its name before the record, so an entry is there in full or visibly without a
/// record, whenever the machine stops. Nothing here goes by itself.
public struct RescueStore: Sendable {
    public let folder: String

    /// - Parameter folder: exists, and is ours.
    public init(folder: String) { self.folder = folder }

    // MARK: - Looking

    /// All entries, oldest first.
    public func entries() throws(StorageError) -> [RescueEntry] {
        let names = try names()
        let ids = names.compactMap { name in name.hasSuffix(".data") ? String(name.dropLast(5)) : nil }
        return ids.sorted().compactMap(entry)
    }

    /// - Throws: `.notFound`.
    public func entry(named id: String) throws(StorageError) -> RescueEntry {
        guard !id.contains("/"), let entry = entry(id) else {
            throw StorageError(.notFound, "there is no rescued file '\(id)': syncctl rescue list shows all")
        }
        return entry
    }

    private func entry(_ id: String) -> RescueEntry? {
        var status = stat()
        guard stat(dataFile(id), &status) == 0 else { return nil }
        let data = try? Data(contentsOf: URL(filePath: recordFile(id)))
        let record = data.flatMap { try? JSONDecoder().decode(RescueRecord.self, from: $0) }
        return RescueEntry(id: id, record: record, dataFile: dataFile(id), size: Int64(status.st_size))
    }

    func dataFile(_ id: String) -> String { "\(folder)/\(id).data" }
    func recordFile(_ id: String) -> String { "\(folder)/\(id).json" }

    private func names() throws(StorageError) -> [String] {
        guard let stream = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw failure("read", folder)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) { name in
                    name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }

    /// Bytes that all entries take on the disk.
    public func usage() -> Int64 {
        ((try? names()) ?? []).reduce(0) { sum, name in
            var status = stat()
            guard name.hasSuffix(".data"), stat("\(folder)/\(name)", &status) == 0 else { return sum }
            return sum + Int64(status.st_blocks) * 512
        }
    }

    // MARK: - Keeping

    /// Makes an entry of a spool file; when this returns it survives the end of process and machine.
    ///
    /// - Parameter limit: of all entries together; nil where somebody else counts.
    func keep(_ content: Spool, _ record: RescueRecord, limit: Int64?) throws(StorageError) {
        if let limit, usage() + content.allocated > limit {
            throw StorageError(.noSpace, "\(folder) has reached the spool_limit of \(ByteCount(limit))")
        }
        try content.persist(as: dataFile(record.id))
        try synchronizeFolder()
        try note(record)
    }

    /// Gives an entry its record, or another one.
    func note(_ record: RescueRecord) throws(StorageError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        guard let text = try? encoder.encode(record) else {
            throw StorageError(.failed, "the record of \(record.path) cannot be written")
        }
        try replace(recordFile(record.id), with: Array(text))
        try synchronizeFolder()
    }

    private func replace(_ path: String, with bytes: [UInt8]) throws(StorageError) {
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("created", temporary) }
        defer { close(descriptor) }
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0,
            rename(temporary, path) == 0
        else { throw failure("written", path) }
    }

    private func synchronizeFolder() throws(StorageError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("opened", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("written", folder) }
    }

    // MARK: - Letting go

    /// Removes an entry for good.
    public func drop(_ entry: RescueEntry) throws(StorageError) {
        let lock = try lock(entry)
        defer { close(lock) }
        try remove(entry)
    }

    func remove(_ entry: RescueEntry) throws(StorageError) { try remove(entry.id) }

    func remove(_ id: String) throws(StorageError) {
        for path in [dataFile(id), recordFile(id)] {
            guard unlink(path) == 0 || errno == ENOENT else { throw failure("removed", path) }
        }
        try synchronizeFolder()
    }

    /// Moves an entry to another store on the same disk, with a record that tells why.
    public func hand(_ record: RescueRecord, over other: RescueStore) throws(StorageError) {
        guard rename(dataFile(record.id), other.dataFile(record.id)) == 0 else {
            throw failure("moved", dataFile(record.id))
        }
        try other.synchronizeFolder()
        try other.note(record)
        try remove(record.id)
    }

    /// Copies the content out, under the file's name or, where that is taken, the name with the id behind it.
    ///
    /// - Returns: the path of the copy.
    public func export(_ entry: RescueEntry, to target: String) throws(StorageError) -> String {
        let spool = try Spool(existing: entry.dataFile)
        let name = (try? entry.record?.remotePath())?.name?.string ?? entry.id
        for path in ["\(target)/\(name)", "\(target)/\(name).\(entry.id)"] {
            do throws(StorageError) {
                try spool.copy(to: path, permissions: mode_t(entry.record?.permissions ?? 0o600) & 0o777)
            } catch  where error.code == .alreadyExists {
                continue
            }
            if let modified = entry.record?.modified {
                let times = [timespec(tv_sec: Int(modified), tv_nsec: 0), timespec(tv_sec: Int(modified), tv_nsec: 0)]
                utimensat(AT_FDCWD, path, times, 0)
            }
            return path
        }
        throw StorageError(.alreadyExists, "\(target) has \(name) already, and \(name).\(entry.id) too")
    }

    /// Keeps everybody else from retrying or dropping an entry while the descriptor is open.
    func lock(_ entry: RescueEntry) throws(StorageError) -> CInt {
        let descriptor = open(entry.dataFile, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("opened", entry.dataFile) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw StorageError(.busy, "the rescued file \(entry.id) is being worked on by another syncctl")
        }
        return descriptor
    }

    private func failure(_ what: String, _ path: String) -> StorageError {
        let isFull = errno == ENOSPC || errno == EDQUOT
        return StorageError(
            isFull ? .noSpace : .failed, "\(path) cannot be \(what): \(String(cString: strerror(errno)))")
    }
}
