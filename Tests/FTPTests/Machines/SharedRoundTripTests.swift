import Testing

@testable import FTP

@Suite struct SharedRoundTripTests {
    private let start = ContinuousClock.now

    @Test func aSessionThatMetABusyServerTakesWhatAnotherOneMeasured() {
        var roundTrip = SharedRoundTrip()
        #expect(roundTrip.shared(.milliseconds(60), start) == .milliseconds(60))
        #expect(roundTrip.shared(.milliseconds(51), start) == .milliseconds(51))
        #expect(roundTrip.shared(.milliseconds(60), start + .seconds(59)) == .milliseconds(51))
    }

    @Test func aWayThatHasBecomeLongerIsBelievedAfterAMinute() {
        var roundTrip = SharedRoundTrip()
        _ = roundTrip.shared(.milliseconds(2), start)
        #expect(roundTrip.shared(.milliseconds(80), start + .seconds(61)) == .milliseconds(80))
        #expect(roundTrip.shared(.milliseconds(90), start + .seconds(62)) == .milliseconds(80))
    }
}
