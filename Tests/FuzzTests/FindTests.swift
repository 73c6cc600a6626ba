import FileModel
import NIOCore
import Testing

@testable import Definitions
@testable import FTP
@testable import SSH
@testable import Transport

/// What fuzzing found, by name: the bytes that once crashed, hung or divided a parser.
@Suite struct FindTests {
    /// The port was computed before its parts were checked, and overflowed.
    @Test(arguments: [
        "227 Entering Passive Mode (127,0,0,1,809006557632754491,46).", "227 =1,2,3,4,291365786696907570,1",
        "227 (999999999999999999,1,1,1,1,1)",
    ])
    func passiveRepliesWithHugeNumbers(_ line: String) throws {
        let reply = try #require(ReplyTranscript([Array("\(line)\r\n".utf8)], ReplyParser.Limits()).replies.first)
        #expect(throws: StorageError.self) { try PassiveReply.addressAndPort(reply) }
    }

    /// The CR of the line end counted until the LF had come.
    @Test func aReplyOfTheGreatestLengthInTwoPieces() {
        let limits = ReplyParser.Limits(lineLength: 40, replySize: 400)
        let line = Array("220 \(String(repeating: "x", count: 36))".utf8)
        let whole = ReplyTranscript([line + [13, 10]], limits)
        #expect(whole.replies.count == 1)
        #expect(ReplyTranscript([line + [13], [10]], limits) == whole)
        #expect(ReplyTranscript([line + [120], [13, 10]], limits).error != nil)
    }

    /// Each line moved all that followed it.
    @Test func manyEmptyLinesAreReadInLinearTime() {
        let time = ThreadTime()
        let bytes = [UInt8](repeating: 10, count: 200_000) + Array("220 hi\r\n".utf8)
        #expect(ReplyTranscript([bytes], ReplyParser.Limits()).replies.count == 1)
        #expect(time.elapsed < .seconds(2))
    }

    /// Every byte was searched again with each that came.
    @Test func aListingLineInSingleBytesIsReadInLinearTime() throws {
        let time = ThreadTime()
        var reader = ListingReader(.machine, clock: ListingClock(now: .epoch, zoneOffset: 0))
        for byte in "type=file;size=1; ".utf8 { _ = try reader.read(ByteBuffer(bytes: [byte])) }
        for _ in 0..<60_000 { _ = try reader.read(ByteBuffer(bytes: [120])) }
        #expect(try reader.finish().first?.name.bytes.count == 60_000)
        #expect(time.elapsed < .seconds(3))
    }

    @Test func aListingLineThatIsTooLongIsSoInOnePieceAsWell() {
        let bytes = Array("type=file; \(String(repeating: "x", count: 70_000))\r\n".utf8)
        for pieces in [[bytes], [Array(bytes[..<30_000]), Array(bytes[30_000...])]] {
            var reader = ListingReader(.machine, clock: ListingClock(now: .epoch, zoneOffset: 0))
            #expect(throws: StorageError.self) { for piece in pieces { _ = try reader.read(ByteBuffer(bytes: piece)) } }
        }
    }

    /// To a `Character` CR LF is one line end, so a file with them was one long line.
    @Test func knownHostsWithCarriageReturns() {
        var known = KnownHosts()
        known.read("a ssh-ed25519 AAAA\r\nb ssh-rsa BBBB\r\nc,\u{301}d ssh-rsa CCCC", file: "k")
        #expect(known.entries.map(\.key) == ["AAAA", "BBBB", "CCCC"])
        #expect(known.entries.map(\.location) == ["k:1", "k:2", "k:3"])
    }

    @Test func aProxysHeaderThatIsTooLongIsSoInOnePieceAsWell() throws {
        let settings = ProxySettings(kind: .http, endpoint: Endpoint(host: "p", port: 1))
        var dialogue = try settings.dialogue(to: Endpoint(host: "h", port: 21))
        _ = dialogue.start()
        var bytes = Array("HTTP/1.1 200 OK\r\nX: \(String(repeating: "x", count: 20_000))\r\n\r\n".utf8)[...]
        #expect(throws: StorageError.self) { try dialogue.received(&bytes) }
    }

    @Test func aProxysStatusLineIsSafeToPrint() throws {
        let settings = ProxySettings(kind: .http, endpoint: Endpoint(host: "p", port: 1))
        var dialogue = try settings.dialogue(to: Endpoint(host: "h", port: 21))
        _ = dialogue.start()
        var bytes = Array("HTTP/1.1 502 \u{1B}[2J\0\r\n\r\n".utf8)[...]
        let error = #expect(throws: StorageError.self) { try dialogue.received(&bytes) }
        #expect(error?.serverReply == "HTTP/1.1 502 \\x1B[2J\\x00")
    }

    /// TOMLKit's parser ends the process at each of these.
    @Test(arguments: [
        "[\u{E9}]\n", "[[[", "[\n", "[=]", "a = 1\n[[.x]]\n", "x = [}", "x = [1, }]", "x = { y = [ } ]",
        "x = [ # c\n } ]",
        "a = 2026-01-02 0\n", "a = 2026-01-02 0", "a = [2026-01-02 0]", "a = 2026-01-02Tx", "a = 2026-01-02 0\u{FEFF}x",
    ])
    func tomlThatEndsTheProcess(_ text: String) {
        let error = #expect(throws: DefinitionFailure.self) { try TOMLDocument(SourceText(.file("x.toml"), text.utf8)) }
        #expect(error?.diagnostics.rendered.contains("x.toml:") == true)
    }

    /// As deep as TOMLKit allows, and deeper: the locator runs first.
    @Test func nestingWithoutEnd() {
        let text = "x = " + String(repeating: "[", count: 200_000)
        #expect(throws: DefinitionFailure.self) { try TOMLDocument(SourceText(.file("x.toml"), text.utf8)) }
    }

    /// A login before "://" was quoted as an unknown protocol.
    @Test func whatStandsBeforeTheProtocolIsNotQuoted() {
        let error = #expect(throws: URLProblem.self) { try RemoteURL("ftp\u{0}me@sesame/x://h") }
        #expect(error?.message == "unknown protocol; use ftp, ftpes, ftps or sftp")
    }
}
