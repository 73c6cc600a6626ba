import NIOCore
import Testing

@testable import SFTP

/// Bytes of which no two blocks are alike.
enum BigContent {
    static let size = 48 << 20

    static let bytes: ByteBuffer = {
        var bytes = ByteBuffer()
        bytes.reserveCapacity(size)
        for index in 0..<(size / 8) { bytes.writeInteger(UInt64(index) &* 0x9E37_79B9_7F4A_7C15) }
        return bytes
    }()

    static func write(_ range: Range<Int>, to writer: SFTPWriter, piece: Int = 128 << 10) async throws {
        for start in stride(from: range.lowerBound, to: range.upperBound, by: piece) {
            let length = min(piece, range.upperBound - start)
            try await writer.write(try #require(bytes.getSlice(at: start, length: length)), at: Int64(start))
        }
    }
}
