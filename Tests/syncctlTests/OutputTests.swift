import FileModel
import Glibc
import Testing

@testable import SyncEngine
@testable import syncctl

@Suite struct OutputTests {
    init() { setlocale(LC_CTYPE, "C.UTF-8") }

    @Test func jsonIsEscaped() {
        let line = JSONLine("x").adding("text", .string("a\"b\\c\n\t\u{1}é\u{7F}")).adding("number", .number(.nan))
            .adding("list", .list([.integer(1), .boolean(true), .null]))
            .adding("object", .object([("k", .init(nil as String?))]))
        #expect(
            line.text
                == #"{"event":"x","text":"a\"b\\c\n\t\u0001é\u007f","number":null,"list":[1,true,null],"object":{"k":null}}"#
        )
    }

    /// A run that a guard had stopped said that there was nothing to do.
    @Test(arguments: [
        (SyncOutcome.success, "nothing to do"), (.guarded, "nothing was changed"), (.failure, "nothing was changed"),
        (.interrupted, "nothing was changed"),
    ])
    func whoeverWasStoppedDoesNotSayThatThereWasNothingToDo(outcome: SyncOutcome, told: String) {
        let lines = SyncReportStyle().summary(SyncReport(outcome: outcome, started: .epoch), name: "s")
        #expect(lines.map(\.text).last?.hasSuffix(": \(told)") == true)
    }

    @Test func pathsThatAreNotUTF8KeepTheirBytes() {
        #expect(
            JSONLine("x").adding("path", path: [0x61, 0xE9]).text == #"{"event":"x","path":"a�","path_bytes":"61e9"}"#)
        #expect(JSONLine("x").adding("path", path: Array("é".utf8)).text == #"{"event":"x","path":"é"}"#)
    }

    @Test(arguments: [
        ("short", 10, "short"), ("abcdefghijkl", 7, "abc…jkl"), ("日本語の名前です", 9, "日本…です"), ("abcdef", 3, "..."),
    ])
    func longLinesLoseTheirMiddle(text: String, limit: Int, shown: String) {
        #expect(Terminal.fitted(text, to: limit) == shown)
        #expect(Terminal.columns(Terminal.fitted(text, to: limit)) <= limit)
    }

    @Test func widths() {
        #expect(Terminal.columns("日本") == 4)
        #expect(Terminal.columns("e\u{301}") == 1)
        #expect(Terminal.padded("日本", to: 6) == "日本  ")
    }

    @Test func theMeterTellsRateAndRest() {
        var meter = TransferMeter()
        meter.totalBytes = 100 << 20
        meter.totalFiles = 3
        let start = ContinuousClock.now
        #expect(meter.text(at: start) == "0/3 files  0 B of 100.0 MiB")
        for second in 0...4 { meter.add(bytes: 10 << 20, at: start + .seconds(second)) }
        meter.addFile()
        let now = start + .seconds(4)
        #expect(meter.rate(at: now) == Double(10 << 20))
        #expect(meter.remaining(at: now) == .seconds(5))
        #expect(meter.text(at: now) == "1/3 files  50.0 MiB of 100.0 MiB  10.0 MiB/s  5s left")
        // A stall shows: the rate falls as time passes.
        #expect((meter.rate(at: start + .seconds(40)) ?? 0) < Double(2 << 20))
    }

    @Test func modes() {
        #expect(ListCommand.mode(FileAttributes(type: .directory, permissions: 0o755)) == "drwxr-xr-x")
        #expect(ListCommand.mode(FileAttributes(type: .regular, permissions: 0o640)) == "-rw-r-----")
        #expect(ListCommand.mode(FileAttributes(type: .symbolicLink)) == "l?????????")
    }

    @Test func whatTheBackgroundSays() {
        #expect(ReadyPipe.parse("ready") == .ready)
        #expect(ReadyPipe.parse("3 nobody answers") == .failed(code: 3, message: "nobody answers"))
        #expect(ReadyPipe.parse("") == .silent)
        #expect(ReadyPipe.parse("rea") == .silent)
    }

    @Test(arguments: [
        ("sftp://me:secret@h/x", "sftp://me@h/x"), ("sftp://me:se@cret@h/x", "sftp://me@h/x"),
        ("sftp://me@h:22/a:b@c", "sftp://me@h:22/a:b@c"), ("sftp://h", "sftp://h"), ("prod", "prod"),
    ])
    func noPasswordInArguments(url: String, shown: String) {
        #expect(URLWithoutPassword.text(of: url) == shown)
    }
}
