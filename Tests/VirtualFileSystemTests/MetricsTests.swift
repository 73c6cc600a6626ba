import RemoteFileSystem
import Testing
import SeededRandom

@testable import VirtualFileSystem

struct MetricsTests {
    @Test func quantilesAreKnownToAnEighth() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        var histogram = LatencyHistogram()
        var times: [Int64] = []
        for _ in 0..<10_000 {
            let time = Int64(1) << Int64.random(in: 0..<38, using: &random) + Int64.random(in: 0..<1000, using: &random)
            times.append(time)
            histogram.record(.nanoseconds(time))
        }
        times.sort()
        for share in [0.01, 0.5, 0.9, 0.99, 1] {
            let exact = times[max(0, Int((share * 10_000).rounded(.up)) - 1)]
            let told = try #require(histogram.quantile(share))
            #expect(told >= .nanoseconds(exact), "share \(share), seed \(seed)")
            #expect(told <= .nanoseconds(exact + exact / 8 + 1), "share \(share), seed \(seed)")
        }
    }

    @Test func everyTimeHasABucketThatHoldsIt() {
        for exponent in 0..<63 {
            for offset: Int64 in [-1, 0, 1] {
                let value = UInt64(max(0, Int64(1) << Int64(exponent) + offset))
                let bucket = LatencyHistogram.bucket(of: value)
                guard exponent < 39 else { continue }
                #expect(LatencyHistogram.upperBound(of: bucket) >= Int64(value))
                if bucket > 0 { #expect(LatencyHistogram.upperBound(of: bucket - 1) < Int64(value)) }
            }
        }
        var histogram = LatencyHistogram()
        histogram.record(.seconds(1_000_000))
        histogram.record(.zero)
        #expect(histogram.count == 2)
        #expect(LatencyHistogram().quantile(0.5) == nil)
    }

    @Test func addingIsTheSameAsRecordingBoth() {
        var (one, two, both) = (LatencyHistogram(), LatencyHistogram(), LatencyHistogram())
        for time in 1..<100 {
            if time % 2 == 0 { one.record(.milliseconds(time)) } else { two.record(.milliseconds(time)) }
            both.record(.milliseconds(time))
        }
        one.add(two)
        #expect(one == both)
    }

    @Test func aRateIsThatOfTheLastSeconds() {
        let start = ContinuousClock.now
        var meter = RateMeter(start: start)
        for second in 0..<10 { meter.add(1000, at: start + .seconds(second)) }
        #expect(meter.rate(at: start + .seconds(9)) == 1000)
        #expect(meter.rate(at: start + .seconds(12)) == 400)
        #expect(meter.rate(at: start + .seconds(1000)) == 0)
        #expect(meter.total == 10_000)
        meter.add(500, at: start + .seconds(1000))
        #expect(meter.rate(at: start + .seconds(1000)) == 100)
    }

    @Test(arguments: styles)
    func aVolumeTellsWhatItDid(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        let (_, handle) = try await fixture.create("f")
        try await fixture.write(handle, pattern(1000), at: 0)
        #expect(fixture.volume.status().unsettledFiles == 1)
        #expect(fixture.volume.status().openFiles == 1)
        try await fixture.close(handle)
        #expect(fixture.volume.status().openFiles == 0)
        #expect(fixture.volume.status().written.bytes == 1000)
        #expect(fixture.volume.status().outage == nil)
    }

    @Test func droppedCachesAskTheServerAgain() async throws {
        let fixture = try await VolumeFixture()
        try await fixture.seed("f", [1])
        _ = try await fixture.inode("f")
        fixture.calls.reset()
        _ = try await fixture.inode("f")
        #expect(fixture.calls.total == 0)
        let names = fixture.volume.dropCaches()
        #expect(names.contains { $0.name == Array("f".utf8) })
        _ = try await fixture.inode("f")
        #expect(fixture.calls[.attributes] == 1)
    }
}
