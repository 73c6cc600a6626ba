import DequeModule
import FileModel
import RemoteFileSystem

/// The pending files of a volume by their place, and in the order in which they are uploaded; a pure value.
///
/// One name has at most two versions: one that is being uploaded, and a newer one that waits for its end.
struct PendingFiles {
    private(set) var files: [UInt64: PendingFile] = [:]
    private var places: [RemotePath: [FileName: [UInt64]]] = [:]
    private var queue: Deque<UInt64> = []
    private var lastSequence: UInt64 = 0
    /// Places that a rename or removal is working on: nothing below them is begun.
    private var closed: [RemotePath] = []
    /// What our uploads left on the server.
    private var left: [RemotePath: RescueRecord.Base] = [:]

    private static let leftLimit = 4096

    // MARK: - Looking

    var isEmpty: Bool { files.isEmpty }
    var count: Int { files.count }
    var bytes: Int64 { files.values.reduce(0) { $0 + $1.record.size } }
    var oldest: PendingFile? { files.values.min { $0.sequence < $1.sequence } }
    var newestSequence: UInt64 { lastSequence }

    /// The version that a name shows.
    func newest(at path: RemotePath) -> PendingFile? {
        sequences(at: path).last.flatMap { files[$0] }
    }

    private func sequences(at path: RemotePath) -> [UInt64] {
        guard let name = path.name, let parent = path.parent else { return [] }
        return places[parent]?[name] ?? []
    }

    /// The newest version of each name in a folder.
    func names(in folder: RemotePath) -> [FileName: PendingFile] {
        (places[folder] ?? [:]).compactMapValues { $0.last.flatMap { files[$0] } }
    }

    func hasNames(in folder: RemotePath) -> Bool { places[folder] != nil }

    /// All below a folder, at any depth.
    func below(_ folder: RemotePath) -> [PendingFile] {
        places.keys.filter { $0.relative(to: folder) != nil }.flatMap { (places[$0] ?? [:]).values.joined() }
            .compactMap { files[$0] }.sorted { $0.sequence < $1.sequence }
    }

    func left(at path: RemotePath) -> RescueRecord.Base? { left[path] }

    // MARK: - Changing

    /// Takes in a file that is about to be stored.
    mutating func add(_ record: RescueRecord, at path: RemotePath, _ content: Spool, _ share: SpoolShare) -> PendingFile
    {
        var record = record
        if let present = newest(at: path), present.stage != .uploading { record.base = present.record.base }
        return enter(
            PendingFile(
                sequence: lastSequence + 1, path: path, record: record, stage: .storing, isReplayed: false,
                content: content, share: share))
    }

    /// Takes in a file of an earlier life, which comes after those taken in before it.
    mutating func replay(_ record: RescueRecord, at path: RemotePath, _ share: SpoolShare) {
        let file = enter(
            PendingFile(
                sequence: lastSequence + 1, path: path, record: record, stage: .waiting, isReplayed: true,
                content: nil, share: share))
        queue.append(file.sequence)
    }

    private mutating func enter(_ file: PendingFile) -> PendingFile {
        lastSequence = file.sequence
        files[file.sequence] = file
        place(file.sequence, at: file.path)
        return file
    }

    /// The content is safe: it may be uploaded.
    ///
    /// - Returns: the older version that need not be uploaded any more.
    mutating func stored(_ sequence: UInt64) -> PendingFile? {
        guard let path = files[sequence]?.path else { return nil }
        files[sequence]?.stage = .waiting
        files[sequence]?.content = nil
        queue.append(sequence)
        let older = sequences(at: path).first { $0 < sequence && files[$0]?.stage == .waiting }
        return older.flatMap { remove($0) }
    }

    /// The next file to upload.
    mutating func next() -> PendingFile? {
        guard let index = queue.firstIndex(where: { isReady($0) }) else { return nil }
        let sequence = queue.remove(at: index)
        files[sequence]?.stage = .uploading
        return files[sequence]
    }

    private func isReady(_ sequence: UInt64) -> Bool {
        guard let file = files[sequence] else { return false }
        return sequences(at: file.path).first == sequence && !isClosed(file.path)
    }

    /// Begins the upload of one file out of turn.
    mutating func begin(_ sequence: UInt64) -> PendingFile? {
        isReady(sequence) ? beginClosed(sequence) : nil
    }

    /// The same in a closed place, for whoever closed it.
    mutating func beginClosed(_ sequence: UInt64) -> PendingFile? {
        guard files[sequence]?.stage == .waiting else { return nil }
        queue.removeAll { $0 == sequence }
        files[sequence]?.stage = .uploading
        return files[sequence]
    }

    /// An upload met something that passes.
    mutating func putBack(_ sequence: UInt64, wasRefused: Bool) {
        guard files[sequence] != nil else { return }
        files[sequence]?.stage = .waiting
        files[sequence]?.attempt = Promise()
        if wasRefused { files[sequence]?.refusals += 1 }
        queue.prepend(sequence)
    }

    /// The server has it.
    mutating func finished(_ sequence: UInt64, left base: RescueRecord.Base) {
        guard let file = remove(sequence) else { return }
        if left.count >= Self.leftLimit { left.removeAll() }
        left[file.path] = base
    }

    @discardableResult
    mutating func remove(_ sequence: UInt64) -> PendingFile? {
        guard let file = files.removeValue(forKey: sequence) else { return nil }
        unplace(sequence, at: file.path)
        if file.stage == .waiting { queue.removeAll { $0 == sequence } }
        return file
    }

    mutating func update(_ sequence: UInt64, _ body: (inout PendingFile) -> Void) -> PendingFile? {
        guard var file = files[sequence] else { return nil }
        let before = file.path
        body(&file)
        files[sequence] = file
        if file.path != before {
            unplace(sequence, at: before)
            place(sequence, at: file.path)
        }
        return file
    }

    private mutating func place(_ sequence: UInt64, at path: RemotePath) {
        guard let name = path.name, let parent = path.parent else { return }
        places[parent, default: [:]][name, default: []].append(sequence)
    }

    private mutating func unplace(_ sequence: UInt64, at path: RemotePath) {
        guard let name = path.name, let parent = path.parent else { return }
        places[parent]?[name]?.removeAll { $0 == sequence }
        if places[parent]?[name]?.isEmpty == true { places[parent]?[name] = nil }
        if places[parent]?.isEmpty == true { places[parent] = nil }
    }

    // MARK: - Closed places

    mutating func close(_ paths: [RemotePath]) { closed += paths }

    mutating func reopen(_ paths: [RemotePath]) {
        for path in paths { closed.firstIndex(of: path).map { _ = closed.remove(at: $0) } }
    }

    /// Whether one of the places is within a closed one, or the other way round.
    func isClosed(around paths: [RemotePath]) -> Bool {
        paths.contains { path in
            isClosed(path) || closed.contains { $0.relative(to: path) != nil }
        }
    }

    func isClosed(_ path: RemotePath) -> Bool { closed.contains { path.relative(to: $0) != nil } }

    /// Whether something below one of the places is on its way.
    func isMoving(below paths: [RemotePath]) -> Bool {
        files.values.contains { file in file.stage != .waiting && paths.contains { file.path.relative(to: $0) != nil } }
    }
}
