import FileModel
import SyncCore
import Testing

struct ComparisonWindowTests {
    private func window(_ source: TimeSource, _ resolution: TimeResolution, _ calibration: Calibration = .exact)
        -> ComparisonWindow
    {
        ComparisonWindow(ModificationTime(.epoch, resolution: resolution, source: source), calibration)
    }

    @Test func windowsFollowTheSourceOfTheTime() {
        #expect(window(.sftp, .second) == .within(.seconds(2)))
        #expect(window(.mlsd, .second) == .within(.seconds(2)))
        #expect(window(.mdtm, .second) == .within(.seconds(2)))
        #expect(window(.mdtm, .second, Calibration(keepsTimes: false)) == .sizeOnly)
        #expect(window(.list, .minute) == .within(.seconds(61)))
        #expect(window(.list, .minute, Calibration(offset: nil)) == .sizeOnly)
        #expect(window(.list, .day) == .sizeOnly)
        #expect(window(.list, TimeResolution(nanoseconds: 10_000_000_000)) == .within(.seconds(11)))
    }
}

struct DifferenceTests {
    @Test func aTimeIsComparedAtTheCoarserResolution() {
        let exact = Samples.remote(10, at: 1_699_000_030, source: .mdtm)
        let minute = Samples.remote(10, at: 1_698_999_990, source: .list, resolution: .minute)
        #expect(Difference.between(exact, minute) == .none)
        #expect(Difference.between(minute, Samples.remote(10, at: 1_699_000_050, source: .mdtm)) == .time(.seconds(60)))
    }

    @Test func theSameSourceIsComparedExactly() {
        #expect(Difference.between(Samples.local(10, at: 5), Samples.local(10, at: 4)) == .time(.seconds(-1)))
        #expect(Difference.between(Samples.local(10), Samples.local(11)) == .size)
        #expect(Difference.between(Samples.local(10), Samples.directory) == .type)
    }
}

struct ConflictCopyNameTests {
    private let time = Timestamp(seconds: 1_709_210_096)

    private func copy(_ name: String, attempt: Int = 1) throws -> String {
        ConflictCopyName.make(for: try FileName(name), from: .remote, at: time, attempt: attempt).string
    }

    @Test func theExtensionIsKept() throws {
        #expect(try copy("report.csv") == "report.sync-conflict-20240229-123456-remote.csv")
        #expect(try copy("archive.tar.gz") == "archive.tar.sync-conflict-20240229-123456-remote.gz")
        #expect(try copy(".profile") == ".profile.sync-conflict-20240229-123456-remote")
        #expect(try copy("README", attempt: 2) == "README.sync-conflict-20240229-123456-remote-2")
    }

    @Test func aLongNameIsShortenedAtACharacter() throws {
        let name = try copy(String(repeating: "ä", count: 125) + ".csv")
        #expect(name.utf8.count <= 255)
        #expect(name.hasSuffix("-remote.csv"))
        #expect(!name.contains("\u{FFFD}"))
    }

    @Test func copiesAreRecognised() throws {
        #expect(ConflictCopyName.isConflictCopy(try FileName(try copy("a.txt"))))
        #expect(ConflictCopyName.isConflictCopy(try FileName(try copy("README", attempt: 3))))
        #expect(!ConflictCopyName.isConflictCopy(try FileName("a.sync-conflict-notes.txt")))
        #expect(!ConflictCopyName.isConflictCopy(try FileName("a.sync-conflict-2024")))
    }
}

struct UTCStampTests {
    @Test(arguments: [
        (Int64(0), "19700101-000000"), (951_782_400, "20000229-000000"), (-1, "19691231-235959"),
        (4_102_444_799, "20991231-235959"),
    ])
    func stamps(_ seconds: Int64, _ text: String) {
        #expect(UTCStamp(Timestamp(seconds: seconds)).description == text)
    }
}

struct NameLimitsTests {
    @Test func namesThatASideCannotHold() throws {
        let limits = NameLimits(maximumLength: 10, allowsLineBreaks: false, requiresUTF8: true)
        #expect(limits.obstacle(to: try FileName("short")) == nil)
        #expect(limits.obstacle(to: try FileName("much too long")) != nil)
        #expect(limits.obstacle(to: try FileName("a\nb")) != nil)
        #expect(limits.obstacle(to: try FileName([0xFF, 0x41])) != nil)
    }

    @Test func foldingFindsCollisions() throws {
        let composed = try FileName("caf\u{E9}")
        let decomposed = try FileName("cafe\u{301}")
        #expect(composed != decomposed)
        #expect(NameFolding.none.key(composed) != NameFolding.none.key(decomposed))
        #expect(NameFolding.caseInsensitive.key(composed) != NameFolding.caseInsensitive.key(decomposed))
        #expect(NameFolding.normalization.key(composed) == NameFolding.normalization.key(decomposed))
        #expect(
            NameFolding.caseInsensitive.key(try FileName("Readme"))
                == NameFolding.caseInsensitive.key(try FileName("README")))
        #expect(
            NameFolding.normalization.key(try FileName("Readme"))
                != NameFolding.normalization.key(try FileName("README")))
        #expect(NameFolding.both.key(try FileName("CAF\u{C9}")) == NameFolding.both.key(decomposed))
    }
}

struct GuardsTests {
    private func totals(tracked: Int, deletes: Int = 0, overwrites: Int = 0, remoteListed: Int = 5) -> RunTotals {
        var totals = RunTotals()
        totals.tracked = tracked
        totals.listed = Sides(local: 5, remote: remoteListed)
        totals.deletes.local = deletes
        totals.overwrites = overwrites
        return totals
    }

    @Test func fewDeletesAlwaysPass() {
        #expect(Guards().violation(totals(tracked: 12, deletes: 10)) == nil)
        #expect(Guards().violation(totals(tracked: 12, deletes: 11)) == .deletes(.local, count: 11, limit: 10))
        #expect(Guards().violation(totals(tracked: 100, deletes: 25)) == nil)
        #expect(Guards().violation(totals(tracked: 100, deletes: 26)) != nil)
        #expect(Guards(deleteLimit: .off).violation(totals(tracked: 100, deletes: 100)) == nil)
        #expect(Guards(deleteLimit: .count(2)).violation(totals(tracked: 100, deletes: 3)) != nil)
    }

    @Test func anEmptySideStopsTheRun() {
        #expect(Guards().violation(totals(tracked: 1, remoteListed: 0)) == .emptySide(.remote, tracked: 1))
        #expect(Guards().violation(totals(tracked: 0, remoteListed: 0)) == nil)
        let allowed = Guards(allowsEmptySide: true)
        #expect(allowed.violation(totals(tracked: 50, deletes: 50, remoteListed: 0)) == nil)
    }

    @Test func manyOverwritesStopTheRun() {
        #expect(Guards().violation(totals(tracked: 10, overwrites: 20)) == nil)
        #expect(Guards().violation(totals(tracked: 10, overwrites: 21)) == .overwrites(21, limit: 20))
        #expect(Guards(allowsOverwrites: true).violation(totals(tracked: 10, overwrites: 21)) == nil)
    }
}

struct TimeShiftTests {
    @Test func nearlyAllFilesMustHaveMoved() {
        #expect(TimeShift.isWhole(count: 18, tracked: 20))
        #expect(!TimeShift.isWhole(count: 18, tracked: 21))
        #expect(!TimeShift.isWhole(count: 9, tracked: 9))
    }

    @Test func onlyQuarterHoursWithinADay() {
        #expect(TimeShift.candidate(.time(.seconds(-900))) == -900)
        #expect(TimeShift.candidate(.time(.seconds(901))) == nil)
        #expect(TimeShift.candidate(.time(.seconds(27 * 3600))) == nil)
        #expect(TimeShift.candidate(.time(.milliseconds(900_001))) == nil)
    }
}
