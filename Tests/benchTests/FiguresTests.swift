import Testing

@testable import bench

@Suite struct FiguresTests {
    @Test func medians() {
        #expect([3.0, 1, 2].median == 2)
        #expect([4.0, 1, 2, 3].median == 2.5)
        #expect([Measurement]().median == nil)
    }

    @Test func numbers() {
        #expect(Figures.seconds(0.01234) == "0.012")
        #expect(Figures.seconds(1.5) == "1.50")
        #expect(Figures.seconds(123.456) == "123.5")
        #expect(Figures.fixed(1.999, 2) == "2.00")
        #expect(Figures.fixed(-0.001, 2) == "0.00")
        #expect(Figures.ratio(12.6) == "13")
    }

    @Test func theLineThatSaysMost() {
        #expect(TrialFailure.complaint(in: "a: error: unknown key\n  a\n  ^\n") == "a: error: unknown key")
        #expect(TrialFailure.complaint(in: "one\ntwo\n\n") == "two")
        #expect(TrialFailure.complaint(in: "") == "no message")
    }

    @Test func usageOfProcesses() {
        // The name of a program may hold what separates the fields.
        let stat = "42 (a) b c) S 1 42 42 0 -1 4194304 100 200 0 0 7 5 3 1 20 0 1 0 100 0 0"
        #expect(ProcessTable.ticks(inStat: stat) == 16)
        #expect(ProcessTable.ticks(inStat: "nonsense") == nil)
        #expect(ProcessTable.busyTicks(inStat: "cpu  10 1 5 900 40 2 3 4 6 0\ncpu0 5 0 2 450 20 1 1 2 3 0\n") == 25)
        #expect(ProcessTable.peakMemory(inStatus: "Name:\tx\nVmHWM:\t    2048 kB\n") == 2_097_152)
    }
}
