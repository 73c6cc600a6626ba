import NIOCore
import NIOEmbedded
import Testing

@testable import FTP

/// One timer stands for the limits of all replies of a session.
@Suite struct ReplyClockTests {
    private final class Expiries { var count = 0 }

    private let loop = EmbeddedEventLoop()
    private let clock = ReplyClock()
    private let expiries = Expiries()

    init() {
        clock.onExpiry = { [expiries] in expiries.count += 1 }
    }

    @Test func aLimitThatIsNotRenewedExpiresOnce() {
        clock.start(.seconds(10), on: loop)
        loop.advanceTime(by: .seconds(9))
        #expect(expiries.count == 0)
        loop.advanceTime(by: .seconds(1))
        #expect(expiries.count == 1)
        loop.advanceTime(by: .seconds(100))
        #expect(expiries.count == 1)
    }

    @Test func eachReplyMovesTheLimit() {
        for _ in 1...5 {
            clock.start(.seconds(10), on: loop)
            loop.advanceTime(by: .seconds(9))
        }
        #expect(expiries.count == 0)
        loop.advanceTime(by: .seconds(1))
        #expect(expiries.count == 1)
    }

    @Test func aShorterLimitDoesNotWaitForTheLongerOneBefore() {
        clock.start(.seconds(60), on: loop)
        clock.start(.seconds(1), on: loop)
        loop.advanceTime(by: .seconds(1))
        #expect(expiries.count == 1)
    }

    @Test func nothingExpiresWhileNothingIsWaitedFor() {
        clock.start(.seconds(10), on: loop)
        clock.stop()
        loop.advanceTime(by: .seconds(100))
        #expect(expiries.count == 0)
        clock.start(.seconds(10), on: loop)
        loop.advanceTime(by: .seconds(10))
        #expect(expiries.count == 1)
    }

    @Test func afterTheEndNothingIsHeard() {
        clock.start(.seconds(10), on: loop)
        clock.end()
        loop.advanceTime(by: .seconds(100))
        #expect(expiries.count == 0)
    }
}
