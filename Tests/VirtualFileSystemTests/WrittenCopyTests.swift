import NIOCore
import SeededRandom
import Testing

@testable import VirtualFileSystem

/// In memory or on disk: what is kept is what was written.
@Suite(.timeLimit(.minutes(1)))
struct WrittenCopyTests {
    @Test(arguments: UInt64(0)..<40)
    func whatIsKeptIsWhatWasWritten(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let folder = try Folder()
        var copy = WrittenCopy(directory: folder.path, budget: SpoolBudget(limit: .max))
        var expected: [UInt8] = []
        var hasWritten = false
        for step in 0..<Int.random(in: 1...12, using: &random) {
            if Int.random(in: 0..<4, using: &random) == 0 {
                let size = Int.random(in: 0...45_000, using: &random)
                copy.resize(from: Int64(expected.count), to: Int64(size))
                expected = Array(expected.prefix(size)) + zeros(size - expected.count)
            } else {
                let gap = Int.random(in: 0..<6, using: &random) == 0 ? 3000 : 0
                let start = Int.random(in: 0...(expected.count + gap), using: &random)
                let bytes = [UInt8](
                    repeating: UInt8(step + 1), count: Int.random(in: 1...9000, using: &random))
                copy.write(ByteBuffer(bytes: bytes), at: Int64(start), size: Int64(expected.count))
                expected += zeros(start + bytes.count - expected.count)
                expected.replaceSubrange(start..<(start + bytes.count), with: bytes)
                hasWritten = true
            }
        }
        guard hasWritten, !expected.isEmpty else { return }
        #expect(copy.extents.isWhole(of: Int64(expected.count)))
        let content = copy.content()
        let spool = try #require(content)
        if spool.size != expected.count { try spool.truncate(to: Int64(expected.count)) }
        #expect(Array(try spool.read(at: 0, count: expected.count).readableBytesView) == expected)
        #expect(!copy.isIncomplete)
    }

    @Test func aSmallCopyIsNoFileUntilItIsNeeded() throws {
        var copy = WrittenCopy(directory: "/nonexistent", budget: SpoolBudget(limit: .max))
        copy.write(ByteBuffer(string: "small"), at: 0, size: 0)
        #expect(!copy.isIncomplete)
        let content = copy.content()
        #expect(content == nil)
        #expect(copy.isIncomplete, "there is no folder to keep it in, and that is told")
    }

    @Test func aCopyThatIsTooLargeForMemoryGoesToDisk() throws {
        var copy = WrittenCopy(directory: "/nonexistent", budget: SpoolBudget(limit: .max))
        copy.write(ByteBuffer(repeating: 1, count: 40_000), at: 0, size: 0)
        #expect(copy.isIncomplete)
    }

    private func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: max(0, count)) }
}
