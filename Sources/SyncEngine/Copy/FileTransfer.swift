public import FileModel
import Glibc
public import RemoteFileSystem
public import SyncCore

/// Copies files and folders between this machine and a server, outside of any synchronisation.
///
/// Each file is brought over as a run does it: under a temporary name beside the target, its size verified, then renamed
/// into place, with its modification time. Nothing is remembered, and what could not be finished leaves nothing behind.
public struct FileTransfer: Sendable {
    let context: TransferContext
    /// Files are replaced that exist already.
    let overwrites: Bool

    /// - Parameters:
    ///   - localRoot: an existing folder; local paths are below it.
    ///   - overwrites: replace files that exist; otherwise they are an error.
    public init(
        localRoot: String, remote: any RemoteFileSystem, overwrites: Bool, bandwidthLimit: Int64? = nil,
        observer: (any SyncObserver)? = nil
    ) async throws(StorageError) {
        let local = try LocalFileSystem(localRoot)
        var options = SyncOptions(name: "", localRoot: localRoot, mode: .oneWay(from: .local, mirror: false))
        options.durability = .none
        options.bandwidthLimit = bandwidthLimit
        let names = try OwnNames(mark: Self.mark(), template: options.temporaryName)
        let capabilities = try await remote.capabilities()
        let replicas = Sides(
            local: Replica(
                side: .local, files: local, capabilities: try await local.capabilities(), limits: NameLimits(),
                names: names),
            remote: Replica(
                side: .remote, files: remote, capabilities: capabilities,
                limits: NameLimits(
                    maximumLength: capabilities.maximumNameLength, allowsLineBreaks: capabilities.lineBreaksInNames),
                names: names))
        let started = Timestamp.now()
        context = TransferContext(
            replicas: replicas, options: options,
            trash: Sides(
                local: TrashBin(replicas.local, started: started),
                remote: TrashBin(replicas.remote, started: started)),
            conditions: RunConditions(writesInPlace: false, isBlind: false), observer: observer, now: Timestamp.now)
        self.overwrites = overwrites
    }

    /// Eight digits that mark the temporary files of this process.
    private static func mark() -> String {
        let digits = String(UInt32.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// Copies one file, or what a link leads to.
    ///
    /// - Returns: its bytes.
    /// - Throws: `.isDirectory`, `.alreadyExists`, and whatever the two sides say.
    public func copyFile(
        _ source: RemotePath, from side: Side, to target: RemotePath
    ) async throws(StorageError) -> Int64 {
        try await onEngineThreads { () async throws(StorageError) in
            let attributes = try await context.replicas[side].files.attributes(of: source)
            let (path, entry) = try await resolved(source, Entry(attributes), on: side)
            var totals = PlanTotals()
            totals.copies[side.other] = 1
            totals.bytes = entry.size
            context.observer?.observe(.planned(totals))
            try await copy(path, entry, from: side, to: target)
            return entry.size
        }
    }

    /// The file itself, where a name that the user wrote is a link to it.
    private func resolved(
        _ path: RemotePath, _ entry: Entry, on side: Side
    ) async throws(StorageError) -> (RemotePath, Entry) {
        var (path, entry) = (path, entry)
        var count = 0
        while entry.type == .symbolicLink {
            let content = try await context.replicas[side].files.readLink(path)
            count += 1
            guard count <= Self.mostLinks, let next = Self.target(of: content, at: path) else {
                throw StorageError(
                    .invalidArgument,
                    "\(path) is a link to \(quoted(content)), which lies elsewhere: name that file itself")
            }
            path = next
            entry = Entry(try await context.replicas[side].files.attributes(of: path))
        }
        switch entry.type {
        case .regular: return (path, entry)
        case .directory: throw StorageError(.isDirectory, "\(path) is a folder: use -r to copy all that is in it")
        default: throw StorageError(.invalidArgument, "\(path) is neither a file nor a folder")
        }
    }

    /// As many as the kernel follows (path_resolution(7)).
    private static let mostLinks = 40

    /// nil where the link leads out of the root.
    private static func target(of content: [UInt8], at path: RemotePath) -> RemotePath? {
        guard content.first != UInt8(ascii: "/") else { return nil }
        var result = path.parent ?? .root
        for part in content.split(separator: UInt8(ascii: "/")) where !part.elementsEqual([UInt8(ascii: ".")]) {
            if part.elementsEqual("..".utf8) {
                guard let parent = result.parent else { return nil }
                result = parent
            } else {
                guard let name = try? FileName(part) else { return nil }
                result = result.appending(name)
            }
        }
        return result
    }
}

extension FileTransfer {
    /// Copies a file that was examined a moment ago.
    func copy(_ path: RemotePath, _ entry: Entry, from side: Side, to target: RemotePath) async throws(StorageError) {
        let replica = context.replicas[side.other]
        if let obstacle = target.name.flatMap({ replica.limits.obstacle(to: $0) }) {
            throw StorageError(.invalidName, "the name of \(target) \(obstacle)")
        }
        let existing = try await replaced(target, on: replica)
        let order = CopyOrder(
            sourcePath: path, path: target, from: side, source: entry, target: existing,
            temporary: temporary(for: target, on: replica))
        do throws(StorageError) {
            guard case .copied = try await FileCopier(context: context, order: order).run() else {
                throw StorageError(.busy, "\(path) is being changed: try again when it is complete")
            }
        } catch {
            await removeTemporary(order.temporary, on: replica)
            throw error
        }
        context.observer?.observe(.change(SyncChange(.copy, target, on: side.other, bytes: entry.size, row: 0)))
    }

    /// What stands at the destination and may be replaced; nil for a free name.
    func replaced(_ target: RemotePath, on replica: Replica) async throws(StorageError) -> Entry? {
        guard let existing = try await replica.entry(at: target) else { return nil }
        if existing.isDirectory { throw StorageError(.isDirectory, "\(target) is a folder") }
        guard overwrites else { throw StorageError(.alreadyExists, "\(target) exists already: -f replaces it") }
        return existing
    }

    func temporary(for target: RemotePath, on replica: Replica) -> RemotePath {
        guard let name = target.name, let parent = target.parent else { return target }
        let number = Int64.random(in: 0...(1 << 30))
        return parent.appending(
            replica.names.temporary(for: name, operation: number, maximumLength: replica.limits.maximumLength))
    }

    /// Also after the task was cancelled, when no call of this task would be made any more.
    func removeTemporary(_ path: RemotePath, on replica: Replica) async {
        let files = replica.files
        await Task.detached { try? await files.removeFile(path) }.value
    }

    func onEngineThreads<Value: Sendable>(
        _ body: @Sendable () async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let result: Result<Value, StorageError> = await withTaskExecutorPreference(EngineThreads.shared) {
            do throws(StorageError) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
