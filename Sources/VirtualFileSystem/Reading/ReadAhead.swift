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
    /// The first bytes of the file, or all of them, from before it was opened.
    private let held = Mutex<ByteBuffer?>(nil)

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
        if let slices = readHeld(range, fileSize: size) { return slices }
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
        if let slices = readHeld(range, fileSize: size) { return slices }
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

    /// Nothing was read yet.
    var isUntouched: Bool { held.withLock { $0 == nil } && state.withLock { $0.isUntouched } }

    /// Takes in what the file begins with, so that the source need not be asked for it.
    ///
    /// - Parameter attributes: of the file it was read from.
    /// - Returns: false when the source reads another version of the file.
    func hold(_ beginning: ByteBuffer, of attributes: FileAttributes) -> Bool {
        guard Int64(beginning.readableBytes) == attributes.size || source.expect(attributes) else { return false }
        held.withLock { $0 = beginning }
        return true
    }

    /// The answer to a read of what is held; nil when the source is needed.
    private func readHeld(_ range: Range<Int64>, fileSize: Int64) -> [ByteBuffer]? {
        let slice = held.withLock { held -> ByteBuffer? in
            guard let held else { return nil }
            let end = min(range.upperBound, max(range.lowerBound, fileSize))
            guard end <= held.readableBytes else { return nil }
            return held.getSlice(at: held.readerIndex + Int(range.lowerBound), length: Int(end - range.lowerBound))
        }
        guard let slice else { return nil }
        state.withLock { $0.note(range.lowerBound..<(range.lowerBound + Int64(slice.readableBytes))) }
        return slice.readableBytes > 0 ? [slice] : []
    }

    /// Forgets what a write made stale.
    func invalidate(_ range: Range<Int64>) {
        held.withLock { $0 = nil }
        state.withLock { $0.invalidate(range) }
    }

    func close() async {
        invalidate(0..<Int64.max)
        await source.close()
    }
}
