import Testing

@testable import FTP

@Suite struct FollowingMarginTests {
    @Test func aDenialCostsLittleAndIsForgotten() {
        var margin = FollowingMargin()
        #expect(margin.margin(.milliseconds(50)) == .milliseconds(3))
        margin.answered(isDenied: true)
        #expect(margin.margin(.milliseconds(50)) == .milliseconds(5))
        for _ in 0..<50 { margin.answered(isDenied: false) }
        #expect(margin.margin(.milliseconds(50)) == .milliseconds(3))
    }

    @Test func itStaysWithinBounds() {
        var margin = FollowingMargin()
        for _ in 0..<100 { margin.answered(isDenied: true) }
        #expect(margin.margin(.milliseconds(50)) == .milliseconds(25))
        for _ in 0..<10_000 { margin.answered(isDenied: false) }
        #expect(margin.margin(.milliseconds(100)) == .milliseconds(4))
    }
}
