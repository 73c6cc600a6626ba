import Testing
import SeededRandom

@testable import VirtualFileSystem

struct ByteExtentsTests {
    @Test func rangesThatTouchBecomeOne() {
        var extents = ByteExtents()
        extents.insert(10..<20)
        extents.insert(30..<40)
        extents.insert(20..<25)
        #expect(extents.ranges == [10..<25, 30..<40])
        extents.insert(25..<30)
        #expect(extents.ranges == [10..<40])
        extents.insert(0..<0)
        #expect(extents.ranges == [10..<40])
        #expect(!extents.isWhole(of: 40))
        extents.insert(0..<12)
        #expect(extents.isWhole(of: 40))
        extents.clip(to: 7)
        #expect(extents.ranges == [0..<7])
        #expect(extents.isWhole(of: 7))
    }

    /// Against a set of single bytes.
    @Test func aRandomWalkAgreesWithASetOfBytes() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        var extents = ByteExtents()
        var model: Set<Int64> = []
        for _ in 0..<2000 {
            let start = Int64.random(in: 0..<60, using: &random)
            if Int.random(in: 0..<10, using: &random) == 0 {
                extents.clip(to: start)
                model = model.filter { $0 < start }
            } else {
                let end = start + Int64.random(in: 0..<12, using: &random)
                extents.insert(start..<end)
                model.formUnion(start..<end)
            }
            #expect(Set(extents.ranges.flatMap { Array($0) }) == model, "seed \(seed)")
            #expect(extents.count == Int64(model.count), "seed \(seed)")
            for (left, right) in zip(extents.ranges, extents.ranges.dropFirst()) {
                #expect(left.upperBound < right.lowerBound, "seed \(seed)")
            }
        }
    }
}
