import FileModel
import SeededRandom
import Testing

@testable import SFTP

@Suite struct WriteWindowTests {
    private var window = WriteWindow(bytes: 100, requests: 3)
    private var flights: [WriteWindow.Flight] = []

    /// Tries to reserve writes of each size in turn, one behind the other.
    private mutating func reserve(_ sizes: Int...) -> [Bool] {
        sizes.map { size in
            let flight = window.reserve(window.frontier..<(window.frontier + UInt64(size)))
            if let flight { flights.append(flight) }
            return flight != nil
        }
    }

    private mutating func answerFirst(_ error: StorageError? = nil) {
        window.answered(flights.removeFirst(), error)
    }

    @Test mutating func takesWhatFits() {
        let first = reserve(60, 40, 1)
        #expect(first == [true, true, false])
        answerFirst()
        let second = reserve(1, 60)
        #expect(second == [true, false])
    }

    @Test mutating func countsRequestsToo() {
        let taken = reserve(1, 1, 1, 1)
        #expect(taken == [true, true, true, false])
    }

    @Test mutating func anEmptyWindowTakesAnySize() {
        let taken = reserve(1000, 1)
        #expect(taken == [true, false])
        answerFirst()
        #expect(window.isEmpty)
    }

    @Test mutating func remembersTheFirstFailure() {
        _ = reserve(1, 1)
        answerFirst(StorageError(.noSpace, "first"))
        answerFirst(StorageError(.failed, "second"))
        #expect(window.failure?.code == .noSpace && window.isEmpty)
    }

    @Test mutating func closesOnce() {
        let closed = [window.close(), window.close()]
        #expect(closed == [true, false] && window.isClosed)
    }

    // MARK: - Several lanes

    private static let block: UInt64 = 256 << 10

    /// A window of three lanes that take four blocks each, for a file that is continued at `start`.
    private func wide(from start: UInt64 = WriteWindow.orderedStart) -> WriteWindow {
        var window = WriteWindow(bytes: 64 << 20, requests: 1000, frontier: start)
        window.maximumLaneBytes = Int(4 * Self.block)
        _ = window.addLane()
        _ = window.addLane()
        return window
    }

    private func range(_ start: UInt64, blocks: UInt64 = 1) -> Range<UInt64> {
        start..<(start + blocks * Self.block)
    }

    private func reserveNext(_ window: inout WriteWindow) -> WriteWindow.Flight? {
        window.reserve(range(window.frontier))
    }

    @Test func theLeastBusyLaneTakesTheNextBlock() {
        var window = wide()
        let lanes = (0..<13).map { _ in reserveNext(&window)?.lane }
        #expect(lanes == [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, nil])
    }

    @Test func theStartOfAFileGoesByTheFirstLane() {
        var window = wide(from: 0)
        let lanes = (0..<4).map { _ in reserveNext(&window)?.lane }
        #expect(lanes == [0, 0, 0, 0])
        #expect(reserveNext(&window) == nil)
    }

    @Test func aWriteThatDoesNotContinueTheFileGoesByTheFirstLane() {
        var window = wide()
        _ = reserveNext(&window)
        let back = window.reserve(range(0))
        let beyond = window.reserve(range(window.frontier + Self.block))
        #expect(back?.lane == 0 && beyond?.lane == 0)
    }

    @Test func aWriteFollowsTheOneThatItOverlaps() throws {
        var window = wide()
        _ = reserveNext(&window)
        let second = try #require(reserveNext(&window))
        #expect(second.lane == 1)
        #expect(window.reserve(second.range)?.lane == 1)
        // It would have to follow two.
        let both = WriteWindow.orderedStart..<second.range.upperBound
        #expect(window.reserve(both) == nil)
    }

    @Test func lanesRunNoFurtherAheadThanTheSpan() throws {
        var window = wide()
        let slow = try #require(reserveNext(&window))
        while let flight = reserveNext(&window) { window.answered(flight, nil) }
        #expect(window.frontier == slow.range.lowerBound + WriteWindow.span)
        window.answered(slow, nil)
        #expect(reserveNext(&window) != nil)
    }

    /// However the answers come: what is acknowledged at the end of the file proves what is `span` before it.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func nothingIsMissingBeforeTheSpan(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var window = wide(from: 0)
        var pending: [WriteWindow.Flight] = []
        var end: UInt64 = 0
        for _ in 0..<2000 {
            if Bool.random(using: &random), let flight = reserveNext(&window) {
                pending.append(flight)
            } else if let index = pending.indices.randomElement(using: &random) {
                // A lane answers in its order.
                let lane = pending[index].lane
                guard let first = pending.firstIndex(where: { $0.lane == lane }) else { continue }
                let flight = pending.remove(at: first)
                window.answered(flight, nil)
                end = max(end, flight.range.upperBound)
            }
            let first = pending.map(\.range.lowerBound).min() ?? window.frontier
            #expect(end <= WriteWindow.orderedStart ? first >= end : first + WriteWindow.span >= end)
        }
        #expect(end > 2 * WriteWindow.span)
    }

    /// A lane that others need: it takes what has to follow its own writes, and nothing else.
    @Test mutating func aRetiredLaneTakesOnlyWhatFollowsItsOwnWrites() {
        var window = WriteWindow(bytes: 1 << 30, requests: 8, frontier: WriteWindow.orderedStart)
        let start = WriteWindow.orderedStart
        let further = window.addLane()
        #expect(window.reserve(start..<(start + 10))?.lane == 0)
        let own = window.reserve((start + 10)..<(start + 15))
        #expect(own?.lane == further)
        window.retire(further)
        #expect(window.reserve((start + 15)..<(start + 99))?.lane == 0)
        #expect(window.reserve((start + 99)..<(start + 100))?.lane == 0)
        #expect(window.reserve((start + 12)..<(start + 14))?.lane == further)
        window.retire(0)
        #expect(!window.isRetired(0))
    }
}
