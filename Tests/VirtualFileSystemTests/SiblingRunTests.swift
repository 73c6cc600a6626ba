import Testing

@testable import VirtualFileSystem

struct SiblingRunTests {
    private static func numbers(_ range: Range<UInt64>) -> [InodeNumber] { range.map { InodeNumber($0) } }

    private static func offers(_ run: inout SiblingRun) -> [UInt64] {
        var offers: [UInt64] = []
        while let next = run.next() { offers.append(next.value) }
        return offers
    }

    private static func visit(_ run: inout SiblingRun, _ number: UInt64, wasReady: Bool) -> Bool {
        run.visited(InodeNumber(number), wasReady: wasReady)
    }

    @Test func theWindowGrowsWithEachVisitThatWasForeseen() {
        var run = SiblingRun(Self.numbers(2..<100), visited: InodeNumber(2), initial: 2, maximum: 8)
        #expect(Self.offers(&run) == [3, 4])
        #expect(Self.visit(&run, 3, wasReady: true))
        #expect(Self.offers(&run) == [5, 6, 7])
        #expect(Self.visit(&run, 4, wasReady: true))
        #expect(Self.visit(&run, 5, wasReady: true))
        #expect(run.window == 8)
        #expect(Self.offers(&run) == Array(8...13))
    }

    @Test func theWindowShrinksWhenWhatWasFetchedCameTooEarly() {
        var run = SiblingRun(Self.numbers(2..<100), visited: InodeNumber(2), initial: 8, maximum: 8)
        _ = Self.offers(&run)
        #expect(Self.visit(&run, 3, wasReady: false))
        #expect(run.window == 4)
        #expect(Self.offers(&run).isEmpty)
    }

    @Test func theWindowGrowsForWhoIsFasterThanIt() {
        var run = SiblingRun(Self.numbers(2..<100), visited: InodeNumber(2), initial: 4, maximum: 64)
        for number in 3..<8 as Range<UInt64> { #expect(Self.visit(&run, number, wasReady: false)) }
        #expect(run.window == 64)
    }

    @Test func whatComesNextIsFetchedAgainAFewTimes() {
        var run = SiblingRun(Self.numbers(2..<5), visited: InodeNumber(2), initial: 4, maximum: 8)
        #expect(run.following == nil, "it was never offered")
        _ = Self.offers(&run)
        for _ in 0..<4 {
            #expect(run.following == InodeNumber(3))
            run.renewed()
        }
        #expect(run.following == nil)
        #expect(Self.visit(&run, 3, wasReady: true))
        #expect(run.following == InodeNumber(4))
        #expect(Self.visit(&run, 4, wasReady: true))
        #expect(run.following == nil, "it was the last")
    }

    @Test func readersSideBySideBelongToOneRun() {
        var run = SiblingRun(Self.numbers(2..<100), visited: InodeNumber(10), initial: 4, maximum: 8)
        #expect(Self.visit(&run, 12, wasReady: false))
        #expect(Self.visit(&run, 11, wasReady: false))
        #expect(Self.visit(&run, 9, wasReady: false))
        #expect(Self.offers(&run).first == 13)
    }

    @Test func aVisitFarAwayEndsTheRun() {
        var run = SiblingRun(Self.numbers(2..<100), visited: InodeNumber(2), initial: 4, maximum: 8)
        #expect(!Self.visit(&run, 80, wasReady: false))
        #expect(!Self.visit(&run, 500, wasReady: false))
    }

    @Test func nothingIsOfferedBeyondTheEnd() {
        var run = SiblingRun(Self.numbers(2..<5), visited: InodeNumber(3), initial: 4, maximum: 8)
        #expect(Self.offers(&run) == [4])
        run.putBack()
        #expect(Self.offers(&run) == [4])
    }

    @Test func aFolderWithoutOrderIsSearchedEverMoreSeldom() {
        var runs = SiblingRuns(initial: 4, maximum: 8)
        var searches = 0
        for number in 0..<200 as Range<UInt64> {
            let visit = runs.visit(InodeNumber(number), in: .root, wasReady: false) { first, _ in
                if first != nil { searches += 1 }
                return nil
            }
            #expect(visit == .alone)
        }
        #expect(searches < 12)
    }

    @Test func aRunThatBreaksSaysSo() {
        var runs = SiblingRuns(initial: 4, maximum: 8)
        let order = Self.numbers(2..<100)
        let visits = [(0, nil), (1, order), (80, nil)].map { place, found in
            runs.visit(order[place], in: .root, wasReady: false) { _, _ in found }
        }
        #expect(visits == [.alone, .runs, .breaks])
        let next = runs.next(in: .root)
        #expect(next == nil)
    }
}
