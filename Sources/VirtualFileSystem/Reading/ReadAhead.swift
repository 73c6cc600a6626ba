import FileModel
import NIOCore
import Synchronization

/// The prefetcher of one open file: whole blocks, fetched before they are asked for while reads are sequential.
///
/// Random reads on a concurrent source fetch just what was asked. Blocks live until the reader has passed them; what
/// was read stays in the kernel's page cache, not here.
final class ReadAhead: Sendable {
    let source: any BlockSource
    let blockSize: Int64
    private let fileSize: @Sendable () -> Int64
    let state: Mutex<BlockWindow>

    /// - Parameter fileSize: the size as known now; nothing is prefetched beyond.
    init(
        source: any BlockSource, blockSize: Int, maximumWindow: Int64, fileSize: @escaping @Sendable () -> Int64
    ) {
        self.source = source
        self.blockSize = Int64(blockSize)
        self.fileSize = fileSize
        state = Mutex(
            BlockWindow(
                blockSize: Int64(blockSize),
                window: ReadAheadWindow(initial: 2 * Int64(blockSize), maximum: maximumWindow)))
    }

    /// Reads up to `count` bytes, fewer only at the end of the file; the slices share memory with the blocks.
    func read(at offset: Int64, count: Int) async throws(StorageError) -> [ByteBuffer] {
        let range = offset..<(offset + Int64(count))
        let size = fileSize()
        let plan = state.withLock { $0.plan(range, fileSize: size, isConcurrent: source.isConcurrent) }
        defer { state.withLock { $0.unpin(plan) } }
        start(plan)
        if plan.isDirect { return [try await source.fetch(range)] }
        return try await assemble(range, from: plan.needed)
    }

    /// The same from blocks that are there already; nil where the server is needed.
    func readIfPresent(at offset: Int64, count: Int) -> [ByteBuffer]? {
        let range = offset..<(offset + Int64(count))
        let size = fileSize()
        let plan = state.withLock { state -> BlockWindow.Plan? in
            guard state.holdsAll(of: range) else { return nil }
            return state.plan(range, fileSize: size, isConcurrent: source.isConcurrent)
        }
        guard let plan else { return nil }
        defer { state.withLock { $0.unpin(plan) } }
        start(plan)
        var slices: [ByteBuffer] = []
        for (index, promise) in plan.needed {
            guard case .success(let block)? = promise.outcome else { return nil }
            guard appendSlice(of: block, index, range, to: &slices) else { break }
        }
        return slices
    }

    private func assemble(
        _ range: Range<Int64>, from needed: [(index: Int64, block: Promise<ByteBuffer>)]
    ) async throws(StorageError) -> [ByteBuffer] {
        var slices: [ByteBuffer] = []
        for (index, promise) in needed {
            let block = try await promise.value()
            guard appendSlice(of: block, index, range, to: &slices) else { break }
        }
        return slices
    }

    /// - Returns: false at the end of the file.
    private func appendSlice(
        of block: ByteBuffer, _ index: Int64, _ range: Range<Int64>, to slices: inout [ByteBuffer]
    ) -> Bool {
        let base = index * blockSize
        let start = Int(max(range.lowerBound - base, 0))
        let end = Int(min(range.upperBound - base, Int64(block.readableBytes)))
        if start < end, let slice = block.getSlice(at: block.readerIndex + start, length: end - start) {
            slices.append(slice)
        }
        return block.readableBytes == Int(blockSize)
    }

    /// Forgets what a write made stale.
    func invalidate(_ range: Range<Int64>) {
        state.withLock { $0.invalidate(range) }
    }

    func close() async {
        state.withLock { $0.invalidate(0..<Int64.max) }
        await source.close()
    }
}
