import Testing

@testable import bench

@Suite struct RowResultTests {
    private func row(_ target: Target, _ entries: [(Contestant, Double?)]) -> RowResult {
        RowResult(
            wire: .sftp, roundTrip: 0, room: "mount", workload: "w", title: "a workload", target: target,
            entries: entries.map { contestant, wall in
                var entry = Entry(contestant: contestant)
                if let wall {
                    entry.trials = [Measurement(wall: wall, cpu: 0.5, peakMemory: 3 << 20)]
                } else {
                    entry.failure = "wrong bytes"
                }
                return entry
            })
    }

    @Test func theRatioIsTakenToTheBestPeer() {
        let row = row(2.0, [(.ours(), 1), (.peer("a"), 4), (.peer("b"), 3), (.reference("c"), 0.1)])
        #expect(row.ratio == 3)
        #expect(row.isReached == true)
    }

    @Test func aWrongResultIsNoRival() {
        #expect(row(2.0, [(.ours(), 1), (.peer("a"), nil), (.peer("b"), 3)]).ratio == 3)
        #expect(row(2.0, [(.ours(), nil), (.peer("b"), 3)]).isReached == false)
    }

    @Test func aTargetCanNameItsRivals() {
        let target = Target(ratio: 2, over: "a", notBehind: "c")
        #expect(row(target, [(.ours(), 1), (.peer("a"), 4), (.peer("b"), 1), (.reference("c"), 2)]).isReached == true)
        #expect(row(target, [(.ours(), 1), (.peer("a"), 4), (.reference("c"), 0.5)]).isReached == false)
    }

    @Test func nothingIsReachedWithoutRivals() {
        #expect(row(2.0, [(.ours(), 1), (.reference("c"), 4)]).isReached == nil)
        #expect(row(Target(notBehind: "c"), [(.ours(), 1), (.peer("a"), 4)]).isReached == nil)
        #expect(row(2.0, [(.ours(), 1), (.peer("a"), nil)]).isReached == true)
        #expect(row(.none, [(.ours(), 1), (.peer("a"), 4)]).isReached == nil)
    }

    @Test func tables() {
        let line = Line(wire: .sftp, roundTrip: 0)
        let rows = [
            row(2.0, [(.ours(), 1), (.peer("a"), 3.25)]),
            row(.none, [(.ours("syncctl (other)"), 0.25), (.peer("b"), nil)]),
        ]
        #expect(
            ResultTable(line: line, room: "mount", rows: rows).render() == """
                ## mount: SFTP, round trip 0 ms

                Each figure: seconds (CPU seconds), medians.

                | workload   | ours           | a             | b      | ratio | target | reached | our peak MiB |
                |------------|----------------|---------------|--------|-------|--------|---------|--------------|
                | a workload | 1.00 s (0.50)  | 3.25 s (0.50) | –      | 3.25  | 2.00   | yes     | 3            |
                | a workload | 0.250 s (0.50) | –             | FAILED | –     | –      | –       | 3            |

                - b: wrong bytes [a workload]

                """)
    }
}
