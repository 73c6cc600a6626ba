import Checksums
import FileModel
import RemoteFileSystem
import Testing

extension ConformanceCheck {
    static let checksums: [ConformanceCheck] = [
        ConformanceCheck("checksums are those of the content") { space in
            for size in [1, 50, 65_536, 65_537, 300_000] {
                let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 7 >> 3) }
                let path = try space.path("a file of \(size)")
                try await space.write(bytes, to: path)
                guard let found = try await space.remote.checksum(of: path, size: Int64(size)) else { continue }
                #expect(space.capabilities.checksums.contains(found.algorithm))
                let blocks = stride(from: 0, to: size, by: Int(found.blockSize)).map { start in
                    ContentDigest.of(bytes[start..<min(size, start + Int(found.blockSize))], found.algorithm)
                }
                #expect(found.digests == blocks, "\(found.algorithm) of \(size) bytes")
            }
        },
        ConformanceCheck("where checksums are offered, a plain file has one") { space in
            let path = try space.path("file")
            try await space.write("hello", to: path)
            let found = try await space.remote.checksum(of: path, size: 5)
            #expect(found != nil || space.capabilities.checksums.isEmpty)
        },
    ]
}
