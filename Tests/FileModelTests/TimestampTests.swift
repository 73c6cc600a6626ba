import FileModel
import Testing

@Suite struct TimestampTests {
    @Test func subtractsAndAdds() {
        let early = Timestamp(seconds: -1, nanoseconds: 900_000_000)
        let late = Timestamp(seconds: 1, nanoseconds: 100_000_000)
        #expect(late.duration(since: early) == .milliseconds(1200))
        #expect(early.advanced(by: .milliseconds(1200)) == late)
        #expect(late.advanced(by: .milliseconds(-1200)) == early)
    }

    @Test(arguments: [
        (Timestamp(seconds: 125, nanoseconds: 7), TimeResolution.minute, Timestamp(seconds: 120)),
        (Timestamp(seconds: 125, nanoseconds: 7), .second, Timestamp(seconds: 125)),
        (Timestamp(seconds: -1, nanoseconds: 7), .minute, Timestamp(seconds: -60)),
        (
            Timestamp(seconds: 5, nanoseconds: 1234), TimeResolution(nanoseconds: 1000),
            Timestamp(seconds: 5, nanoseconds: 1000)
        ),
    ])
    func roundsDown(_ time: Timestamp, _ resolution: TimeResolution, _ expected: Timestamp) {
        #expect(time.rounded(down: resolution) == expected)
    }
}
