import FileModel
import RemoteFileSystem
import SyncCore

/// Brings one file to the other side so that its name holds the old or the new content at every moment.
///
/// Written under a temporary name beside the target, verified, then renamed into place; the content that is replaced
/// is kept first, as the order says. A failure leaves the target as it was.
struct FileCopier: Sendable {
    let context: TransferContext
    let order: CopyOrder
    /// What the file will still take of the local disk.
    let room: DiskBudget.Claim

    init(context: TransferContext, order: CopyOrder) {
        self.context = context
        self.order = order
        room = DiskBudget.Claim(context.localDisk)
    }

    var source: Replica { context.replicas[order.from] }
    var target: Replica { context.replicas[order.from.other] }

    func run() async throws(StorageError) -> CopyOutcome {
        if let obstacle = context.conditions.obstacle(to: order.path, on: target.side) { throw obstacle }
        guard preparesTrash else { return try await copied() }
        async let _: Void = context.trash[.remote].prepare(for: order.path)
        return try await copied()
    }

    private func copied() async throws(StorageError) -> CopyOutcome {
        let attributes: FileAttributes?
        switch try await checkTarget() {
        case .changed: return .changedMeanwhile
        case .asPlanned(let found): attributes = found
        }
        defer { room.end() }
        do throws(StorageError) {
            try await checkRoom()
            if order.source.type == .symbolicLink { return try await copyLink() }
            return writesInPlace ? try await copyInPlace() : try await copyThroughTemporary(replacing: attributes)
        } catch {
            if error.code == .noSpace { context.conditions.update { $0.full[target.side] = error } }
            throw error
        }
    }

    private var writesInPlace: Bool {
        context.conditions.writesInPlace(target.side) || (target.side == .remote && !target.names.usesTemporaries)
    }

    // MARK: - Preconditions

    private enum TargetCheck {
        case asPlanned(FileAttributes?)
        case changed
    }

    /// An absent target needs no question where the rename into place refuses to replace anything.
    private func checkTarget() async throws(StorageError) -> TargetCheck {
        guard let planned = order.target else {
            guard writesInPlace, !context.conditions.isBlind(target.side) else { return .asPlanned(nil) }
            return try await target.entry(at: order.path) == nil ? .asPlanned(nil) : .changed
        }
        if context.conditions.isBlind(target.side) { return .asPlanned(nil) }
        do throws(StorageError) {
            let found = try await target.files.attributes(of: order.path)
            return Entry(found).isSameState(as: planned) ? .asPlanned(found) : .changed
        } catch  where error.code == .notFound {
            return .changed
        }
    }

    /// Copies to the local disk, all that are under way together, leave a reserve free.
    private func checkRoom() async throws(StorageError) {
        guard target.side == .local, order.source.type == .regular else { return }
        let promised = room.take(order.source.size)
        let disk = try await target.files.statistics(.root)
        let free = disk.availableBlocks.multipliedReportingOverflow(by: disk.blockSize)
        guard !free.overflow, let bytes = Int64(exactly: free.partialValue) else { return }
        guard bytes - promised < context.options.reserve else { return }
        let others = promised - order.source.size
        throw StorageError(
            .noSpace,
            "\(order.path) was not downloaded: the local disk has \(ByteCount(bytes)) left, "
                + (others > 0 ? "other downloads under way need \(ByteCount(others)), " : "")
                + "and \(ByteCount(context.options.reserve)) are to stay free")
    }

    /// Whether the source is still what the plan saw.
    func sourceIsUnchanged() async throws(StorageError) -> Bool {
        guard let now = try await source.entry(at: order.sourcePath) else { return false }
        return now.isSameState(as: order.source)
    }

    /// A remote file that is read in one piece and was not touched for an hour is not asked for a second time.
    var needsSourceCheckAfterwards: Bool {
        guard source.side == .remote, order.source.size <= Int64(source.capabilities.blockSize),
            let modified = order.source.modified
        else { return true }
        return context.now().duration(since: modified.time) < .seconds(3600)
    }

    // MARK: - Through a temporary name

    private func copyThroughTemporary(replacing attributes: FileAttributes?) async throws(StorageError) -> CopyOutcome {
        let entry: Entry
        do throws(StorageError) {
            if let outcome = try await placed(replacing: attributes) { return outcome }
            guard let arrived = try await arrived(replacing: attributes) else { return try await discarded() }
            entry = arrived
        } catch {
            if !error.isSessionFault { _ = try? await discarded() }
            throw error
        }
        do throws(StorageError) {
            return try await publish() ? .copied(sides(entry)) : try await discarded()
        } catch {
            if error.isSessionFault { throw error }
            _ = try? await discarded()
            guard isRefusedRename(error) else { throw error }
            return try await copyInPlace()
        }
    }

    /// Writes the temporary file.
    ///
    /// - Returns: what the target side tells of it; nil when the source was not, or is no longer, what the plan saw.
    private func arrived(replacing attributes: FileAttributes?) async throws(StorageError) -> Entry? {
        if goesWhole { return try await storedWhole(replacing: attributes) }
        return try await stageChecked(replacing: attributes) ? try await verified() : nil
    }

    /// - Returns: false when the source was not, or is no longer, what the plan saw.
    private func stageChecked(replacing attributes: FileAttributes?) async throws(StorageError) -> Bool {
        if source.side == .remote, isSmall { return try await stageFetched(replacing: attributes) }
        guard try await stage(replacing: attributes) else { return false }
        return needsSourceCheckAfterwards ? try await sourceIsUnchanged() : true
    }

    func discarded() async throws(StorageError) -> CopyOutcome {
        do throws(StorageError) {
            try await target.files.removeFile(order.temporary)
        } catch  where !error.isSessionFault {
        }
        return .changedMeanwhile
    }

    func sides(_ entry: Entry) -> Sides<Entry> {
        var result = Sides(local: order.source, remote: order.source)
        result[target.side] = entry
        return result
    }
}
