import NIOCore

/// A part of a file that is asked for as a whole.
struct ReadAheadBlock: Hashable, Sendable {
    let position: Int64
    let count: Int
}

/// The blocks of a file between the first one that is not written yet and the last one that was asked for. They arrive in
/// any order, and are written in that of the file.
struct ReadAheadBlocks {
    private let end: Int64
    private let length: Int64
    private var asked: Int64
    private var written: Int64
    private var waiting: [Int64: ByteBuffer] = [:]

    /// - Parameter length: of a block, in bytes.
    init(from start: Int64, to end: Int64, length: Int64) {
        self.end = end
        self.length = length
        asked = start
        written = start
    }

    var isComplete: Bool { written >= end }

    /// The next block to ask for; nil where `ahead` bytes beyond what is written are asked for.
    mutating func next(within ahead: Int64) -> ReadAheadBlock? {
        guard asked < end, asked - written < ahead else { return nil }
        let block = ReadAheadBlock(position: asked, count: Int(min(length, end - asked)))
        asked += Int64(block.count)
        return block
    }

    mutating func arrived(_ block: ReadAheadBlock, _ content: ByteBuffer?) {
        waiting[block.position] = content
    }

    /// What follows on what was written, which it now belongs to.
    mutating func nextToWrite() -> (content: ByteBuffer, position: Int64)? {
        let position = written
        guard let content = waiting.removeValue(forKey: position) else { return nil }
        written += Int64(content.readableBytes)
        return (content, position)
    }
}
