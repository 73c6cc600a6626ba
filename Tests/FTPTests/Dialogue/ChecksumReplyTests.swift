import FileModel
import NIOCore
import Testing

@testable import FTP

struct ChecksumReplyTests {
    private let path = try! RemotePath("a name/plain")

    private func digest(
        _ verb: String, _ algorithm: ChecksumAlgorithm, _ reply: String, of path: RemotePath? = nil
    ) throws -> [UInt8]? {
        var parser = ReplyParser()
        parser.append(ByteBuffer(string: reply))
        let question = ChecksumQuestion(verb: verb, algorithm: algorithm)
        return ChecksumReply.digest(try #require(try parser.next()), to: question, of: path ?? self.path, size: 50)
    }

    private let md5 = "62F012671B55A645D4AB5FFC25DB1973"
    private let bytes: [UInt8] = [
        0x62, 0xF0, 0x12, 0x67, 0x1B, 0x55, 0xA6, 0x45, 0xD4, 0xAB, 0x5F, 0xFC, 0x25, 0xDB, 0x19, 0x73,
    ]

    @Test(arguments: [
        "213-Computing MD5 digest\r\n Computing...\r\n213 MD5 0-50 62f012671b55a645d4ab5ffc25db1973 plain\r\n",
        "213 MD5 0-49 62F012671B55A645D4AB5FFC25DB1973 a name\r\n",
        "213 md5 0-49 62F012671B55A645D4AB5FFC25DB1973\r\n",
    ])
    func hashNamesAlgorithmAndRange(_ reply: String) throws {
        #expect(try digest("HASH", .md5, reply) == bytes)
    }

    @Test(arguments: [
        "213 SHA-1 0-49 62F012671B55A645D4AB5FFC25DB1973 plain\r\n",
        "213 MD5 0-20 62F012671B55A645D4AB5FFC25DB1973 plain\r\n",
        "213 MD5 10-49 62F012671B55A645D4AB5FFC25DB1973 plain\r\n",
        "213 MD5 0-49 62F012671B55A645D4AB5FFC25DB19 plain\r\n",
        "213 MD5 0-49 plain 62F012671B55A645D4AB5FFC25DB1973\r\n",
        "213 62F012671B55A645D4AB5FFC25DB1973\r\n", "213 ok\r\n",
        "550 MD5 0-49 62F012671B55A645D4AB5FFC25DB1973 plain\r\n",
    ])
    func anotherAlgorithmOrAPartIsNoAnswer(_ reply: String) throws {
        #expect(try digest("HASH", .md5, reply) == nil)
    }

    @Test func theOlderCommandsAnswerWithTheDigestAlone() throws {
        #expect(try digest("XMD5", .md5, "250-Computing MD5 digest\r\n250 \(md5)\r\n") == bytes)
        #expect(try digest("XMD5", .md5, "213 \(md5.lowercased())\r\n") == bytes)
        #expect(try digest("XMD5", .md5, "250 MD5 of plain is \(md5)\r\n") == bytes)
        #expect(try digest("XCRC", .crc32, "250 AC628A03\r\n") == [0xAC, 0x62, 0x8A, 3])
        #expect(try digest("XCRC", .crc32, "250 628A03\r\n") == [0, 0x62, 0x8A, 3])
        #expect(try digest("XCRC", .crc32, "250 done\r\n") == nil)
    }

    /// A file whose name is the digest that it ought to have proves nothing.
    @Test func aNameIsNotTakenForADigest() throws {
        let named = try RemotePath(md5)
        #expect(try digest("XMD5", .md5, "250 \(md5)\r\n", of: named) == bytes)
        #expect(try digest("XMD5", .md5, "250 \(md5) was read\r\n", of: named) == nil)
        #expect(try digest("XMD5", .md5, "250 \(md5) \(md5)\r\n") == nil)
    }

    // MARK: - Questions

    private func features(_ lines: String...) -> FeatureSet {
        FeatureSet(Reply(code: 211, lines: (["Features:"] + lines + ["End"]).map { Array($0.utf8) }))
    }

    @Test func theStrongestIsAskedForFirst() {
        let set = features(" HASH CRC32;MD5;SHA-1*;SHA-256;", " XCRC", " XMD5", " XSHA", " XSHA1", " XSHA512")
        #expect(set.checksums == [.sha512, .sha256, .sha1, .md5, .crc32])
        #expect(
            set.checksumQuestions.map { "\($0.verb) \($0.algorithm)" } == [
                "XSHA512 sha512", "HASH sha256", "HASH sha1", "XSHA1 sha1", "XSHA sha1", "HASH md5", "XMD5 md5",
                "HASH crc32", "XCRC crc32",
            ])
        #expect(features(" SIZE").checksums.isEmpty)
        #expect(features(" XCRC \"filename\" SP EP").checksums == [.crc32])
    }

    @Test func theOlderCommandsQuoteNamesWithSpaces() throws {
        let hash = ChecksumQuestion(verb: "HASH", algorithm: .md5)
        let older = ChecksumQuestion(verb: "XMD5", algorithm: .md5)
        #expect(try hash.command(path)?.description == "HASH /a name/plain")
        #expect(try older.command(path)?.description == "XMD5 \"/a name/plain\"")
        #expect(try older.command(RemotePath("plain"))?.description == "XMD5 /plain")
        #expect(try older.command(RemotePath("a \"b\""))?.description == nil)
    }
}
