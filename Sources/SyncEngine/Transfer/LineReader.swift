import FileModel
import NIOCore
import RemoteFileSystem

/// A file without the CR of its line ends.
struct LineReader {
    /// What was read and not taken yet; empty after `fill` only at the end.
    var content: ArraySlice<UInt8> = []
    private let reader: any RemoteReader
    private let blockSize: Int
    private var position: Int64 = 0
    private var isAtEnd = false
    /// A CR at the end of the last block, whose meaning the next one tells.
    private var holdsCR = false

    init(_ reader: any RemoteReader, blockSize: Int) {
        self.reader = reader
        self.blockSize = blockSize
    }

    mutating func fill() async throws(StorageError) {
        while content.isEmpty, !isAtEnd {
            let block = try await reader.read(at: position, count: blockSize)
            position += Int64(block.readableBytes)
            isAtEnd = block.readableBytes < blockSize
            var bytes = (holdsCR ? [13] : []) + Array(block.readableBytesView)
            holdsCR = !isAtEnd && bytes.last == 13
            if holdsCR { bytes.removeLast() }
            content = Self.withoutLineEndCR(bytes)[...]
        }
    }

    private static func withoutLineEndCR(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for (index, byte) in bytes.enumerated() {
            if byte == 13, index + 1 < bytes.count, bytes[index + 1] == 10 { continue }
            result.append(byte)
        }
        return result
    }
}
