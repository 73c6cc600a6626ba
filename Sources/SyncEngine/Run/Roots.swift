import FileModel
import RemoteFileSystem
import SyncCore

/// Opens both roots and proves that they are the ones the archive speaks of.
struct Roots {
    enum Verdict {
        case proven(Sides<Replica>)
        /// A guard: these may be other folders than the ones that were synchronised before.
        case doubtful(StorageError)
    }

    /// Folders that a remote which nobody has listed yet is likely to hold at least.
    private static let listingsOfFirstRun = 5

    private let run: SyncRun
    private let archive: Archive
    private var options: SyncOptions { run.options }

    init(_ run: SyncRun, _ archive: Archive) {
        self.run = run
        self.archive = archive
    }

    func verify() async throws(StorageError) -> Verdict {
        let local: LocalFileSystem
        do throws(StorageError) {
            local = try localRoot()
        } catch {
            if archive.header.hasRun { return .doubtful(error) }
            throw StorageError(.notFound, error.message)
        }
        if let doubt = try checkFolder(local) { return .doubtful(doubt) }
        try await expectCalls(local)
        let capabilities = try await run.remote.capabilities()
        try await checkRemoteRoot()
        let names = try OwnNames(mark: archive.header.mark, template: options.temporaryName)
        let sides = Sides(
            local: Replica(
                side: .local, files: local, capabilities: try await local.capabilities(),
                limits: NameLimits(folding: options.localFolding), names: names),
            remote: Replica(
                side: .remote, files: run.remote, capabilities: capabilities,
                limits: NameLimits(
                    maximumLength: capabilities.maximumNameLength, allowsLineBreaks: capabilities.lineBreaksInNames,
                    folding: options.remoteFolding),
                names: names))
        if let doubt = try await checkMarker(sides) { return .doubtful(doubt) }
        return .proven(sides)
    }

    /// Tells the remote of the many files of a first run, and of a big new one among the first names of the local folder,
    /// before it is asked anything: the way for them is made while the roots are looked at.
    private func expectCalls(_ local: LocalFileSystem) async throws(StorageError) {
        let isFirst = !archive.header.hasRun
        let listings = isFirst && options.mode.source != .local ? Self.listingsOfFirstRun : 0
        guard options.mode.source != .remote, !options.isDryRun else { return expect(listings) }
        let outlook = await UploadOutlook(local, entersFolders: isFirst)
        if isFirst { expect(max(outlook.files, listings)) }
        guard let found = outlook.largest else { return }
        let known = try archive.record(at: RemotePath.root.appending(found.name))?.entries.local
        if known.map({ !$0.isSameState(as: Entry(found.attributes)) }) ?? true {
            run.remote.expect(uploadOf: found.attributes.size)
        }
    }

    private func expect(_ calls: Int) {
        if calls > 0 { run.remote.expect(calls: calls) }
    }

    private func localRoot() throws(StorageError) -> LocalFileSystem {
        try LocalFileSystem(
            options.localRoot, create: options.createsRoots && !options.isDryRun,
            followsLinks: options.filter.links == .follow)
    }

    /// Another file system under the same path is an unmounted disk or a mount over the folder.
    private func checkFolder(_ local: LocalFileSystem) throws(StorageError) -> StorageError? {
        if let recorded = archive.header.localFolder, !local.identity.isSame(as: recorded), !options.force {
            return StorageError(
                .configuration,
                "the local folder \(options.localRoot) lies on another file system than at the last run; "
                    + "mount the right one, or run once with --force if this is meant")
        }
        if !options.isDryRun { try archive.updateHeader { $0.localFolder = local.identity } }
        return nil
    }

    private func checkRemoteRoot() async throws(StorageError) {
        do throws(StorageError) {
            guard try await run.remote.attributes(of: .root).isDirectory else { throw missing(nil) }
        } catch {
            guard error.code == .notFound || error.code == .rootMissing else { throw error }
            guard options.createsRoots, !options.isDryRun else { throw missing(error) }
            try await createRemoteRoot()
        }
    }

    private func createRemoteRoot() async throws(StorageError) {
        do throws(StorageError) {
            try await run.remote.createDirectory(.root, permissions: nil)
        } catch  where error.code == .notFound {
            throw StorageError(
                .rootMissing,
                "the remote folder \(run.identity.remoteRoot) cannot be created: the folder above it does not exist",
                serverReply: error.serverReply)
        }
    }

    private func missing(_ cause: StorageError?) -> StorageError {
        StorageError(
            .rootMissing,
            "the remote folder \(run.identity.remoteRoot) does not exist: create it, or set create_root = true",
            serverReply: cause?.serverReply)
    }

    private func checkMarker(_ sides: Sides<Replica>) async throws(StorageError) -> StorageError? {
        guard let marker = options.markerFile else { return nil }
        for side in Side.allCases where try await sides[side].entry(at: marker) == nil {
            return StorageError(
                .configuration,
                "the marker file \(marker) is missing on the \(side.rawValue) side: this is not the right folder")
        }
        return nil
    }
}
