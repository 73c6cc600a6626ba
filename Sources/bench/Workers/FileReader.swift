import Glibc

/// Reads a file of stamped content and checks the stamps.
final class FileReader {
    private let path: String
    private let file: CInt
    private let content: StampedContent

    init(_ path: String) throws {
        self.path = path
        content = StampedContent(name: StampedFile.name(path))
        file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure("open") }
    }

    deinit { close(file) }

    func readAll() throws -> ReadTotal {
        var total = ReadTotal(files: 1)
        try withUnsafeTemporaryAllocation(byteCount: 1 << 20, alignment: 4096) { buffer in
            while true {
                let count = try fill(buffer, at: total.bytes)
                total.bytes += count
                if count < buffer.count { return }
            }
        }
        return total
    }

    func readHead() throws -> ReadTotal {
        try withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 4096) { buffer in
            ReadTotal(files: 1, bytes: try fill(buffer, at: 0))
        }
    }

    func readRandomly(count: Int, seed: UInt64) throws -> ReadTotal {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure("fstat") }
        let blocks = UInt64(status.st_size) / 4096
        guard blocks > 0 else { throw ReadFailure(description: "\(path) is empty") }
        var total = ReadTotal(files: 1)
        var state = seed
        try withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 4096) { buffer in
            for _ in 0..<count {
                // A step of Knuth's MMIX generator; its high bits are the good ones.
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                total.bytes += try fill(buffer, at: Int((state >> 20) % blocks) * 4096)
            }
        }
        return total
    }

    /// Fills the buffer from `offset` (a whole block) as far as the file goes.
    private func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
        var filled = 0
        while filled < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = pread(file, rest.baseAddress, rest.count, off_t(offset + filled))
            guard count >= 0 else { throw failure("read") }
            if count == 0 { break }
            filled += count
        }
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<filled])
        guard content.isRight(bytes, from: offset / StampedContent.blockSize) else {
            throw ReadFailure(description: "\(path) has wrong bytes near \(offset)")
        }
        return filled
    }

    private func failure(_ call: String) -> ReadFailure {
        ReadFailure(description: "\(call) \(path): \(String(cString: strerror(errno)))")
    }
}
