import Checksums
import FileModel
import NIOCore
import RemoteFileSystem
import SyncCore

/// Proving that the finished temporary file is what was sent.
extension FileCopier {
    /// What the target side tells of the finished temporary file.
    ///
    /// - Throws: `.corrupted` when it is not what was sent.
    func verified() async throws(StorageError) -> Entry {
        let unseen = Entry(type: .regular, size: order.source.size)
        if context.conditions.isBlind(target.side) { return unseen }
        let entry: Entry?
        do throws(StorageError) {
            entry = try await target.entry(at: order.temporary)
        } catch  where target.side == .remote && (error.code == .permissionDenied || error.code == .unsupported) {
            entry = nil
        }
        guard let entry else {
            context.conditions.update { $0.isBlind = true }
            return unseen
        }
        guard entry.size == order.source.size || !context.comparesSizes else {
            throw StorageError(
                .corrupted, "\(order.path) arrived with \(entry.size) bytes instead of \(order.source.size)")
        }
        if context.options.verification == .checksum { try await verifyContent() }
        return entry
    }

    private func verifyContent() async throws(StorageError) {
        let paths = order.from == .local ? (order.sourcePath, order.temporary) : (order.temporary, order.sourcePath)
        if let isSame = try await serverVerdict(local: paths.0, remote: paths.1) {
            guard isSame else {
                throw StorageError(.corrupted, "\(order.path) arrived with another checksum than was sent")
            }
            return
        }
        guard try await ContentComparison(replicas: context.replicas).filesMatch(paths.0, paths.1) else {
            throw StorageError(.corrupted, "\(order.path) arrived with other content than was sent")
        }
    }

    /// Whether the server computes the same of its file as we of ours; nil where it computes nothing.
    private func serverVerdict(local: RemotePath, remote: RemotePath) async throws(StorageError) -> Bool? {
        let replicas = context.replicas
        guard context.comparesSizes, order.source.size > 0, !replicas.remote.capabilities.checksums.isEmpty,
            !context.conditions.current.computesNoChecksums
        else { return nil }
        let files = replicas.local.files
        // Both sides read at the same time; most servers answer with what they name first, about the whole file.
        let likely = FileDigests(replicas.remote.capabilities.checksums[0], blockSize: order.source.size)
        async let likelyOurs = likely.compute(local, in: files)
        let theirs: FileChecksum?
        do throws(StorageError) {
            theirs = try await replicas.remote.files.checksum(of: remote, size: order.source.size)
        } catch  where error.code != .cancelled {
            // It may have lost its session over the question: that is not asked again in this run.
            context.conditions.update { $0.computesNoChecksums = true }
            return nil
        }
        guard let theirs else { return nil }
        let asked = FileDigests(theirs.algorithm, blockSize: theirs.blockSize)
        let ours = asked == likely ? await likelyOurs : await asked.compute(local, in: files)
        return ours.map { $0 == theirs.digests }
    }
}

/// The digests of a file's blocks, computed here.
struct FileDigests: Hashable, Sendable {
    let algorithm: ChecksumAlgorithm
    let blockSize: Int64
    private static let pieceSize: Int64 = 1 << 20

    init(_ algorithm: ChecksumAlgorithm, blockSize: Int64) {
        self.algorithm = algorithm
        self.blockSize = blockSize
    }

    /// - Returns: nil where the file cannot be read, or the algorithm is not to be had.
    func compute(_ path: RemotePath, in files: any RemoteFileSystem) async -> [[UInt8]]? {
        guard blockSize > 0, let reader = try? await files.openReader(path) else { return nil }
        let digests = try? await digests(of: reader)
        await reader.close()
        return digests
    }

    private func digests(of reader: any RemoteReader) async throws(StorageError) -> [[UInt8]]? {
        var digests: [[UInt8]] = []
        var offset: Int64 = 0
        while true {
            let start = offset
            guard var digest = ContentDigest(algorithm) else { return nil }
            while offset - start < blockSize {
                if Task.isCancelled { throw .cancelled }
                let count = min(Self.pieceSize, blockSize - (offset - start))
                let piece = try await reader.read(at: offset, count: Int(count))
                if piece.readableBytes == 0 { break }
                piece.withUnsafeReadableBytes { digest.update($0) }
                offset += Int64(piece.readableBytes)
            }
            if offset == start { return digests }
            digests.append(digest.finish())
        }
    }
}
