import FileModel
import NIOCore

/// Which blocks of a file are held, under way or queued: the decisions of `ReadAhead`, without its tasks.
struct BlockWindow {
    let blockSize: Int64
    private(set) var window: ReadAheadWindow
    /// Blocks by index; a promise is fulfilled once its block is there.
    private(set) var blocks: [Int64: Promise<ByteBuffer>] = [:]
    /// Waiting for the pump of a source that is not concurrent.
    private var queue: Set<Int64> = []
    private var isPumping = false
    /// Where the pump stands: the block after the last one fetched.
    private var pumpPosition: Int64 = 0
    /// Where the file was seen to end.
    private var seenEnd: Int64?
    /// How many reads wait for a block; such a block is never dropped.
    private var pins: [Int64: Int] = [:]

    /// How far a stream reads on to reach a block rather than start again.
    static let skipLimit: Int64 = 4 << 20
    /// Bytes kept behind the reader for reads that arrive out of order.
    static let kept: Int64 = 2 << 20

    struct Plan {
        /// The blocks that answer the read, in order.
        var needed: [(index: Int64, block: Promise<ByteBuffer>)] = []
        /// Blocks to start now, for a concurrent source.
        var toFetch: [Int64] = []
        var startsPump = false
        /// Ask the source for exactly this range.
        var isDirect = false
    }

    init(blockSize: Int64, window: ReadAheadWindow) {
        self.blockSize = blockSize
        self.window = window
    }

    private func indexes(_ range: Range<Int64>) -> ClosedRange<Int64> {
        (range.lowerBound / blockSize)...((range.upperBound - 1) / blockSize)
    }

    /// Without what is beyond the end that was seen; a read that begins there looks for itself.
    private func withinFile(_ range: Range<Int64>) -> Range<Int64> {
        guard let seenEnd, range.lowerBound < seenEnd else { return range }
        return range.lowerBound..<min(range.upperBound, seenEnd)
    }

    mutating func plan(_ range: Range<Int64>, fileSize: Int64, isConcurrent: Bool) -> Plan {
        var plan = Plan()
        guard !range.isEmpty else { return plan }
        let ahead = window.read(range)
        if let seenEnd, fileSize > seenEnd { forgetEnd(seenEnd) }
        let needed = indexes(withinFile(range))
        if window.size == 0, isConcurrent, !needed.allSatisfy({ blocks[$0] != nil }) {
            dropAll(except: needed)
            plan.isDirect = true
            return plan
        }
        dropPassed(before: range.lowerBound, after: ahead.upperBound)
        if !isConcurrent { bridge(to: needed.lowerBound, &plan) }
        for index in needed {
            plan.needed.append((index, block(index, &plan)))
            pins[index, default: 0] += 1
        }
        for index in prefetch(needed.upperBound + 1, ahead.upperBound, fileSize) { _ = block(index, &plan) }
        if !isConcurrent { enqueue(&plan) }
        return plan
    }

    /// Blocks beyond the read that the window wants and the file has.
    private func prefetch(_ first: Int64, _ end: Int64, _ fileSize: Int64) -> Range<Int64> {
        let limit = min(end, fileSize)
        let last = (limit + blockSize - 1) / blockSize
        return first..<max(first, last)
    }

    private mutating func block(_ index: Int64, _ plan: inout Plan) -> Promise<ByteBuffer> {
        if let present = blocks[index] { return present }
        let promise = Promise<ByteBuffer>()
        blocks[index] = promise
        plan.toFetch.append(index)
        return promise
    }

    /// Lets a stream read on over a small gap, so that it need not start again.
    private mutating func bridge(to first: Int64, _ plan: inout Plan) {
        guard first > pumpPosition, (first - pumpPosition) * blockSize <= Self.skipLimit else { return }
        for index in pumpPosition..<first { _ = block(index, &plan) }
    }

    private mutating func enqueue(_ plan: inout Plan) {
        queue.formUnion(plan.toFetch)
        if !queue.isEmpty, !isPumping {
            isPumping = true
            plan.startsPump = true
        }
    }

    /// The next block for the pump; nil ends it.
    mutating func nextQueued() -> Int64? {
        guard let next = queue.filter({ $0 >= pumpPosition }).min() ?? queue.min() else {
            isPumping = false
            return nil
        }
        queue.remove(next)
        pumpPosition = next + 1
        return next
    }

    mutating func fetched(_ index: Int64, _ promise: Promise<ByteBuffer>, count: Int) {
        guard count < blockSize, blocks[index] === promise else { return }
        seenEnd = index * blockSize + Int64(count)
    }

    var isUntouched: Bool { blocks.isEmpty && window.frontier == 0 }

    /// Notes a read that was answered without the blocks.
    mutating func note(_ range: Range<Int64>) { _ = window.read(range) }

    /// A read has its bytes, or gave up waiting.
    mutating func unpin(_ plan: Plan) {
        for (index, _) in plan.needed {
            let left = (pins[index] ?? 1) - 1
            pins[index] = left > 0 ? left : nil
        }
    }

    /// - Returns: the promises that fail with this fetch: on a stream all that were queued behind it.
    mutating func failed(_ index: Int64, _ promise: Promise<ByteBuffer>) -> [Promise<ByteBuffer>] {
        if blocks[index] === promise { blocks[index] = nil }
        let behind = queue.compactMap { blocks.removeValue(forKey: $0) }
        queue.removeAll()
        return [promise] + behind
    }

    /// Whether a read needs nothing from the source.
    func holdsAll(of range: Range<Int64>) -> Bool {
        guard !range.isEmpty else { return true }
        return indexes(withinFile(range)).allSatisfy { index in
            guard case .success? = blocks[index]?.outcome else { return false }
            return true
        }
    }

    /// A file that has grown: the block it ended in is not the end any more.
    private mutating func forgetEnd(_ end: Int64) {
        blocks[end / blockSize] = nil
        seenEnd = nil
    }

    private mutating func dropPassed(before position: Int64, after end: Int64) {
        let low = (position - Self.kept) / blockSize
        let high = (end + Self.kept) / blockSize
        guard blocks.count > 4 else { return }
        drop { $0 < low || $0 > high }
    }

    private mutating func dropAll(except kept: ClosedRange<Int64>) {
        drop { !kept.contains($0) }
    }

    /// Forgets blocks that a write made stale, even while older reads wait for them; those keep their promises.
    mutating func invalidate(_ range: Range<Int64>) {
        let touched = (range.lowerBound / blockSize)...(max(range.lowerBound, range.upperBound - 1) / blockSize)
        for index in blocks.keys where touched.contains(index) && !queue.contains(index) { blocks[index] = nil }
        seenEnd = nil
    }

    /// Drops blocks that were fetched and takes back those that were only queued.
    private mutating func drop(_ isPassed: (Int64) -> Bool) {
        for index in blocks.keys where isPassed(index) && pins[index] == nil {
            blocks[index] = nil
            queue.remove(index)
        }
    }
}
