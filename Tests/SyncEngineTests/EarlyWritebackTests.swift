import Testing

@testable import SyncEngine

struct EarlyWritebackTests {
    private let step = EarlyWriteback.step

    @Test func theDiskBeginsWithEachPartOnce() {
        var writeback = EarlyWriteback()
        #expect(writeback.wrote(step / 2, at: 0) == nil)
        #expect(writeback.wrote(step / 2, at: step / 2) == 0..<step)
        #expect(writeback.wrote(step - 1, at: step) == nil)
        #expect(writeback.wrote(3, at: 2 * step - 1) == step..<2 * step + 2)
    }

    @Test func aJumpBeginsANewPart() {
        var writeback = EarlyWriteback()
        #expect(writeback.wrote(step / 2, at: 0) == nil)
        #expect(writeback.wrote(step / 2, at: 10 * step) == nil)
        #expect(writeback.wrote(step / 2, at: 10 * step + step / 2) == 10 * step..<11 * step)
    }
}
