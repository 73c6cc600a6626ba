import FileModel
import NIOCore
import Testing
import SeededRandom

@testable import FTP

@Suite struct ReplyParserTests {
    private func replies(_ text: String, pieces: Int = .max) throws -> [Reply] {
        var parser = ReplyParser()
        var replies: [Reply] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: min(pieces, max(1, bytes.count))) {
            parser.append(ByteBuffer(bytes: bytes[start..<min(bytes.count, start + min(pieces, bytes.count))]))
            while let reply = try parser.next() { replies.append(reply) }
        }
        return replies
    }

    @Test(arguments: [1, 2, 3, 7, Int.max])
    func repliesAreCutFromAnyPieces(pieces: Int) throws {
        let text = "220 ready\r\n211-Features:\r\n MDTM\r\n211 is not the end? no: it is\r\n226\r\n250 ok\n"
        let found = try replies(text, pieces: pieces)
        #expect(found.map(\.code) == [220, 211, 226, 250])
        #expect(
            found[1].lines.map { String(decoding: $0, as: UTF8.self) } == [
                "Features:", " MDTM", "is not the end? no: it is",
            ])
        #expect(found[2].text == "" && found[3].text == "ok")
    }

    @Test func aLineOfAnotherCodeDoesNotEndAReply() throws {
        let found = try replies("250-Begin\r\n226 inside\r\n250-also inside\r\n250inside\r\n\r\n250 End.\r\n")
        #expect(found.count == 1 && found[0].lines.count == 6)
    }

    @Test func emptyLinesBetweenRepliesAreSkipped() throws {
        #expect(try replies("\r\n\r\n220 hi\r\n\r\n331 pw\r\n").map(\.code) == [220, 331])
    }

    @Test func bytesAreKept() throws {
        var parser = ReplyParser()
        parser.append(ByteBuffer(bytes: Array("257 \"/".utf8) + [0xE4, 0xFF] + Array("\"\r\n".utf8)))
        #expect(try parser.next()?.lines == [Array("\"/".utf8) + [0xE4, 0xFF, 0x22]])
    }

    @Test(arguments: [
        "hello\r\n", "22\r\n", "999 x\r\n", "099 x\r\n", "2200 x\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "22a x\r\n",
    ])
    func whatIsNoReplyIsAnError(text: String) {
        #expect(throws: StorageError.self) { try replies(text) }
    }

    @Test func nothingIsHeldWithoutBound() {
        var parser = ReplyParser()
        let flood = ByteBuffer(repeating: UInt8(ascii: "a"), count: 20_000)
        parser.append(flood)
        #expect(throws: Never.self) { try parser.next() }
        parser.append(flood)
        #expect(throws: StorageError.self) { try parser.next() }

        var lines = ReplyParser()
        let error = #expect(throws: StorageError.self) {
            lines.append(ByteBuffer(string: "220-\r\n"))
            for _ in 0..<100_000 {
                lines.append(ByteBuffer(string: "x\r\n"))
                _ = try lines.next()
            }
        }
        #expect(error?.code == .protocolViolation)
    }

    @Test func randomBytesNeverCrash() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<3000 {
            var parser = ReplyParser()
            let bytes = random.bytes(from: Array("0123456789 -\r\n\0\u{FF}abc".utf8), upTo: 60)
            parser.append(ByteBuffer(bytes: bytes))
            for _ in 0..<60 {
                guard let reply = try? parser.next() else { break }
                #expect((100..<600).contains(reply.code), "seed \(seed)")
            }
        }
    }
}

extension SeededGenerator {
    mutating func bytes(from alphabet: [UInt8], upTo count: Int) -> [UInt8] {
        (0..<Int.random(in: 0...count, using: &self)).map { _ in alphabet.randomElement(using: &self) ?? 0 }
    }
}
