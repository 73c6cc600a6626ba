import NIOCore
import Testing

@testable import SyncEngine

struct ReadAheadBlocksTests {
    @Test func blocksAreWrittenInTheOrderOfTheFileWhateverOrderTheyArriveIn() {
        var blocks = ReadAheadBlocks(from: 10, to: 45, length: 10)
        var asked: [ReadAheadBlock] = []
        while let block = blocks.next(within: 100) { asked.append(block) }
        #expect(asked.map(\.position) == [10, 20, 30, 40] && asked.map(\.count) == [10, 10, 10, 5])
        var written: [Int64] = []
        for block in [asked[2], asked[1], asked[3], asked[0]] {
            #expect(written.isEmpty && !blocks.isComplete)
            blocks.arrived(block, ByteBuffer(repeating: 0, count: block.count))
            while let (_, position) = blocks.nextToWrite() { written.append(position) }
        }
        #expect(written == [10, 20, 30, 40] && blocks.isComplete)
    }

    @Test func noMoreIsAskedForThanMayBeUnderWay() {
        var blocks = ReadAheadBlocks(from: 0, to: 100, length: 10)
        var asked: [ReadAheadBlock] = []
        while let block = blocks.next(within: 25) { asked.append(block) }
        #expect(asked.count == 3)
        while let block = blocks.next(within: 40) { asked.append(block) }
        #expect(asked.count == 4, "a further reader brings room for more")
        blocks.arrived(asked[0], ByteBuffer(repeating: 0, count: 10))
        #expect(blocks.next(within: 40) == nil, "what arrived is under way until it is written")
        #expect(blocks.nextToWrite()?.position == 0)
        #expect(blocks.next(within: 40) != nil)
    }

    @Test func nothingIsAskedForAtTheEnd() {
        var blocks = ReadAheadBlocks(from: 7, to: 7, length: 10)
        #expect(blocks.isComplete && blocks.next(within: 100) == nil && blocks.nextToWrite() == nil)
    }
}
