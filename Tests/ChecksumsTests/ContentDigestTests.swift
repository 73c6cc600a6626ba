import FileModel
import Testing

@testable import Checksums

struct ContentDigestTests {
    /// The check value of each algorithm: its digest of the digits from 1 to 9.
    @Test(arguments: [
        (ChecksumAlgorithm.crc32, "cbf43926"), (.md5, "25f9e794323b453885f5181f1b624d0b"),
        (.sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
        (.sha256, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"),
        (
            .sha512,
            "d9e6762dd1c8eaf6d61b3c6192fc408d4d6d5f1176d0c29169bc24e71c3f274a"
                + "d27fcd5811b313d681f7e55ec02d73d499c95455b6b5bb503acf574fba8ffe85"
        ),
    ])
    func digestsAreThoseOfTheStandard(_ algorithm: ChecksumAlgorithm, _ expected: String) throws {
        let digest = try #require(ContentDigest.of("123456789".utf8, algorithm))
        #expect(hexadecimal(digest) == expected)
        #expect(digest.count == algorithm.length)
    }

    @Test(arguments: ChecksumAlgorithm.allCases)
    func piecesMakeTheSameAsTheWhole(_ algorithm: ChecksumAlgorithm) {
        let content = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for size in [1, 3, 7, 8, 9, 64, 999] {
            guard var digest = ContentDigest(algorithm) else {
                Issue.record("\(algorithm) is forbidden here")
                return
            }
            for start in stride(from: 0, to: content.count, by: size) {
                content[start..<min(start + size, content.count)].withUnsafeBytes { digest.update($0) }
            }
            #expect(digest.finish() == ContentDigest.of(content, algorithm), "pieces of \(size)")
        }
    }

    @Test func nothingHasADigest() throws {
        #expect(ContentDigest.of([], .crc32) == [0, 0, 0, 0])
        let empty = try #require(ContentDigest.of([], .md5))
        #expect(hexadecimal(empty) == "d41d8cd98f00b204e9800998ecf8427e")
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
