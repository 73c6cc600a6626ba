import FileModel
import Testing

@testable import Definitions

@Suite struct SyncDecodingTests {
    @Test func theDocumentedDefinition() throws {
        let (value, findings) = decodedSync(Documents.sync)
        #expect(findings.rendered == "")
        let sync = try #require(value)
        #expect(sync.remoteName == "prod")
        #expect(sync.remote.host == "ftp.example.com")
        #expect(sync.direction == .push)
        #expect(sync.local == "/srv/reports")
        #expect(sync.folder.description == "/outgoing/daily")
        let schedule = try #require(sync.schedule)
        #expect(schedule.trigger == .cron(try CronExpression("30 2 * * Mon-Fri")))
        #expect(schedule.timezone?.name == "Europe/Berlin")
        #expect(schedule.jitter == .seconds(300))
        #expect(schedule.maximumRuntime == .seconds(7200))
        #expect(sync.filter.rules == ["- *.tmp", "- .git/", "+ *.csv", "- *"])
        #expect(sync.filter.maximumSize == nil)
        #expect(sync.delete.maximum == .percent(25))
        #expect(sync.delete.trashDays == 30)
        #expect(sync.conflict == .newer)
        #expect(sync.transfer.parallel == nil)
        #expect(sync.transfer.temporaryName == ".{name}.{id}.part")
        #expect(sync.after.onSuccess.isEmpty)
    }

    @Test func defaults() throws {
        let (value, findings) = decodedSync("remote = \"prod\"\ndirection = \"sync\"\nlocal = \"~/mirror\"\n")
        #expect(findings.isEmpty)
        let sync = try #require(value)
        #expect(sync.local == "/home/me/mirror")
        #expect(sync.folder.description == "/outgoing")
        #expect(sync.schedule == nil)
        #expect(sync.filter.settle == .seconds(5))
        #expect(sync.filter.ignoreFile == ".syncignore")
        #expect(sync.delete.mode == .trash)
        #expect(sync.transfer.verify == .size)
        #expect(sync.transfer.overwrite == .ifDifferent)
        #expect(sync.enabled)
    }

    @Test func aRemoteOfItsOwn() {
        let (value, findings) = decodedSync(
            "direction = \"pull\"\nlocal = \"/x\"\n[remote]\nurl = \"sftp://other/data\"\n[schedule]\nevery = \"15m\"\n"
        )
        #expect(findings.isEmpty)
        #expect(value?.remote.host == "other")
        #expect(value?.remoteName == nil)
        #expect(value?.schedule?.trigger == .every(.seconds(900)))
    }

    @Test func holidaysAsDatesOrStrings() {
        let (value, findings) = decodedSync(
            "remote = \"prod\"\ndirection = \"push\"\nlocal = \"/x\"\n[schedule]\nevery = \"1h\"\n"
                + "holidays = [2026-12-25, \"2027-01-01\"]\n")
        #expect(findings.isEmpty)
        #expect(value?.schedule?.holidays.map(\.description).sorted() == ["2026-12-25", "2027-01-01"])
    }
}
