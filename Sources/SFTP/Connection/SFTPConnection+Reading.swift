public import FileModel
public import NIOCore

extension SFTPConnection {
    /// Reads `count` bytes at `offset`, in one flight of blocks; fewer only at the end of the file.
    ///
    /// A server may answer a READ with less than was asked for, in mid-file too (draft-ietf-secsh-filexfer-02 §6.4):
    /// what is missing is asked for again.
    /// - Parameter knownSize: the file's size, where known: then an answer that ends there needs no second look.
    public func read(
        _ handle: SFTPHandle, at offset: Int64, count: Int, knownSize: Int64? = nil
    ) async throws(StorageError) -> ByteBuffer {
        var pieces = ReadPieces(offset: offset, count: count, knownSize: knownSize)
        // A server that answers in crumbs would keep us busy for ever.
        var flightsLeft = 16 + count / 4096
        while let blocks = pieces.missing(blockLength: readLength.load(ordering: .relaxed)) {
            guard flightsLeft > 0 else { throw .violation("it answers reads with a few bytes each") }
            flightsLeft -= 1
            let requests = blocks.map { SFTPRequest.read(handle, offset: $0.offset, length: $0.length) }
            for (block, answer) in zip(blocks, await session.perform(requests)) {
                guard try pieces.add(try answer.get().data("read"), for: block) else { break }
            }
            if let shorter = pieces.evidentLimit { readLength.store(shorter, ordering: .relaxed) }
        }
        return pieces.joined()
    }
}

/// The answers of a read, put together from its start.
private struct ReadPieces {
    struct Block {
        let offset: UInt64
        let length: UInt32
    }

    private var position: Int64
    private let end: Int64
    private let knownSize: Int64?
    private var pieces: [ByteBuffer] = []
    /// Length of the last answer that was shorter than asked for.
    private var short: Int?
    /// What the server brings with one READ at most, when it was seen to bring less than asked for in mid-file.
    private(set) var evidentLimit: Int?
    private var isComplete = false

    init(offset: Int64, count: Int, knownSize: Int64?) {
        position = offset
        end = offset + Int64(count)
        self.knownSize = knownSize
    }

    /// What still has to be asked for; nil when the read is done.
    func missing(blockLength: Int) -> [Block]? {
        guard !isComplete, position < end else { return nil }
        return stride(from: position, to: end, by: blockLength).map { start in
            Block(offset: UInt64(start), length: UInt32(min(Int64(blockLength), end - start)))
        }
    }

    /// - Parameter bytes: nil at the end of the file.
    /// - Returns: false when the blocks behind this one cannot be used.
    mutating func add(_ bytes: ByteBuffer?, for block: Block) throws(StorageError) -> Bool {
        guard let bytes else {
            isComplete = true
            return false
        }
        guard bytes.readableBytes <= block.length else { throw .violation("it sent more bytes than were asked for") }
        if let short, short >= SFTPLimits.smallestLearned { evidentLimit = short }
        short = bytes.readableBytes < block.length ? bytes.readableBytes : nil
        pieces.append(bytes)
        position += Int64(bytes.readableBytes)
        if bytes.readableBytes == block.length { return true }
        if let knownSize, position >= knownSize { isComplete = true }
        return false
    }

    func joined() -> ByteBuffer {
        guard pieces.count != 1 else { return pieces[0] }
        var result = ByteBufferAllocator().buffer(capacity: pieces.reduce(0) { $0 + $1.readableBytes })
        for piece in pieces { result.writeImmutableBuffer(piece) }
        return result
    }
}
