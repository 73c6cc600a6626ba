import FileModel
import SyncCore
import Testing

struct ClockReadingTests {
    private func skew(
        _ told: Int64, _ resolution: TimeResolution = .second, from before: Int64 = 1000, to after: Int64 = 1002
    ) -> Duration? {
        ClockReading(
            ModificationTime(Timestamp(seconds: told), resolution: resolution, source: .mlsd),
            madeBetween: Timestamp(seconds: before), and: Timestamp(seconds: after)
        )?.skew
    }

    /// The file was made within two seconds, and its time may hide another one.
    @Test func whatTheWaitExplainsIsNoSkew() {
        for told in Int64(999)...1002 { #expect(skew(told) == .zero, "\(told)") }
        #expect(skew(1003) == .milliseconds(2500))
        #expect(skew(998) == .milliseconds(-2500))
        #expect(skew(1000 + 1200) == .milliseconds(1_199_500))
    }

    @Test func aTimeToTheMinuteTellsMinutes() {
        #expect(skew(960, .minute) == .zero)
        #expect(skew(1200, .minute) == .seconds(229))
        #expect(skew(1200, .day) == nil)
        #expect(skew(1200, from: 1002, to: 1000) == nil, "our own clock was set meanwhile")
    }

    @Test func fiveMinutesAreWorthAWord() {
        #expect(!ClockReading.isNotable(.seconds(300)) && ClockReading.isNotable(.seconds(301)))
        #expect(!ClockReading.isNotable(.seconds(-300)) && ClockReading.isNotable(.seconds(-301)))
    }

    private func winner(_ policy: ConflictPolicy, skew: Int64) -> Side? {
        var calibration = Sides(local: Calibration.exact, remote: .exact)
        calibration.remote.skew = .seconds(skew)
        let entries = Sides(local: Samples.local(10, at: 5000), remote: Samples.remote(11, at: 5300))
        return Conflict.winner(policy, entries, calibration)
    }

    @Test func aConflictIsSettledByCorrectedTimes() {
        #expect(winner(.newer, skew: 0) == .remote && winner(.older, skew: 0) == .local)
        #expect(winner(.newer, skew: 1200) == .local && winner(.older, skew: 1200) == .remote)
        #expect(winner(.newer, skew: 299) == .local, "a tie")
        #expect(winner(.remote, skew: 1200) == .remote && winner(.larger, skew: 1200) == .remote)
    }

    /// A time that was set is right whatever the clock says: equal files stay equal.
    @Test func equalityIsNotCorrected() {
        var rules = Samples.rules()
        rules.calibration.remote.skew = .seconds(1200)
        let state = PathState(local: .present(Samples.local()), remote: .present(Samples.remote()))
        #expect(reconcile(state, rules) == Decision(.adopt, row: 6))
    }
}
