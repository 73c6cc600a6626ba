import FileModel
import RemoteFileSystem
import SyncCore

/// What every visit needs.
struct ScanContext: Sendable {
    var rules: ReconcileRules
    var filter: PathFilter
    var limits: Sides<NameLimits>
    var replicas: Sides<Replica>
    var mainFile: GlobPattern?
    /// Plan a step even for files that are equal already: their source is to be deleted.
    var emitsUnchanged = false
    /// What the local side has is going to be sent.
    var expectsUploads = false
    /// See `SyncOptions.explainedPath`.
    var explainedPath: RemotePath?
    var retries: RetryPolicy
    var now: @Sendable () -> Timestamp
}

extension ScanContext {
    /// Lists a directory on both sides at once and compares what they show.
    func compare(_ visit: Visit, _ records: [(name: FileName, record: Record)]) async -> Result<
        VisitResult, StorageError
    > {
        let observedAt = now()
        async let local = localListing(visit, records)
        async let remote = listing(.remote, visit)
        let listings = await Sides(local: local, remote: remote)
        for side in Side.allCases {
            if case .failure(let error) = listings[side] { return failed(visit, side, error) }
        }
        let complete = Sides(local: try? listings.local.get(), remote: try? listings.remote.get())
        var visit = visit
        do throws(StorageError) {
            visit.ignored = try await ignoreChain(visit, complete)
        } catch {
            return failed(visit, .local, error)
        }
        var merge = DirectoryMerge(visit, self, listings: complete, records: records, observedAt: observedAt)
        var result = merge.run()
        for index in result.children.indices { result.children[index].ignored = visit.ignored }
        for side in Side.allCases { noteHidden(complete[side], visit.path, side, &result) }
        return .success(result)
    }

    /// Tells the remote of the largest new file while its own listing is still on its way.
    private func localListing(
        _ visit: Visit, _ records: [(name: FileName, record: Record)]
    ) async -> Result<Listing, StorageError> {
        let result = await listing(.local, visit)
        guard expectsUploads, case .success(let listing) = result else { return result }
        let largest = listing.items.lazy.filter { $0.entry.type == .regular }.max { $0.entry.size < $1.entry.size }
        guard let largest else { return result }
        let known = records.first { $0.name == largest.name }?.record.entries.local
        if known.map({ !$0.isSameState(as: largest.entry) }) ?? true {
            replicas.remote.files.expect(uploadOf: largest.entry.size)
        }
        return result
    }

    /// A directory that the side does not have lists nothing.
    private func listing(_ side: Side, _ visit: Visit) async -> Result<Listing, StorageError> {
        guard visit.exists[side] else { return .success(Listing()) }
        do throws(StorageError) {
            return .success(
                try await retries.run { () throws(StorageError) in try await replicas[side].listing(of: visit.path) })
        } catch {
            return .failure(error)
        }
    }

    /// One directory's failure makes it unknown; a lost session ends the scan.
    private func failed(_ visit: Visit, _ side: Side, _ error: StorageError) -> Result<VisitResult, StorageError> {
        if error.isSessionFault { return .failure(error) }
        var result = VisitResult()
        result.failure = (side, error)
        result.listed[side] = 1
        result.steps = [
            PlannedStep(
                path: visit.path, decision: Decision(.skip(.unknown), row: 14),
                observed: Sides(local: nil, remote: nil), recorded: Sides(local: nil, remote: nil),
                observedAt: now(), note: error.description)
        ]
        return .success(result)
    }

    private func noteHidden(_ listing: Listing?, _ directory: RemotePath, _ side: Side, _ result: inout VisitResult) {
        for item in listing?.hidden ?? [] {
            if replicas[side].names.isOurs(item.name) {
                result.temporaries[side][directory.appending(item.name)] = item.entry
            } else if directory.isRoot, item.name == OwnNames.trash {
                result.hasTrash[side] = item.entry.isDirectory
            }
        }
    }

    // MARK: - Ignore files

    private static let largestIgnoreFile: Int64 = 256 << 10

    /// The chain with this directory's own ignore file: the local one, or else the remote one.
    private func ignoreChain(_ visit: Visit, _ listings: Sides<Listing?>) async throws(StorageError) -> IgnoreChain? {
        guard let name = filter.ignoreFileName else { return visit.ignored }
        for side in Side.allCases {
            guard let entry = listings[side]?.entry(name), entry.type == .regular,
                entry.size <= Self.largestIgnoreFile
            else { continue }
            let path = visit.path.appending(name)
            let content = try await retries.run { () throws(StorageError) in
                try await replicas[side].files.content(of: path, size: entry.size)
            }
            return IgnoreChain(IgnoreFile(content), in: visit.path, above: visit.ignored)
        }
        return visit.ignored
    }
}

extension RemoteFileSystem {
    /// The first `size` bytes of a small file.
    func content(of path: RemotePath, size: Int64) async throws(StorageError) -> [UInt8] {
        let reader = try await openReader(path)
        do throws(StorageError) {
            let buffer = try await reader.read(at: 0, count: Int(size))
            await reader.close()
            return Array(buffer.readableBytesView)
        } catch {
            await reader.close()
            throw error
        }
    }
}
