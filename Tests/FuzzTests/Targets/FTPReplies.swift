import FileModel
import NIOCore

@testable import FTP

extension FuzzTarget {
    /// Replies do not depend on how their bytes arrive, and a reply written down is read back the same.
    static let ftpReplies = FuzzTarget(
        "FTP replies",
        samples: [
            "220 ProFTPD Server (Debian) [127.0.0.1]\r\n", "220\r\n331 Password required\r\n230 User logged in\r\n",
            "211-Features:\r\n MDTM\r\n REST STREAM\r\n UTF8\r\n211 End\r\n",
            "220-Welcome\r\n220-to this server\r\n  220 is not the end\r\n220 the end\r\n", "150 here\r\n226 done\r\n",
            "250-Begin\r\n type=file;size=5; /a\r\n250 End.\r\n", "421 Too many connections (4) from this IP\r\n",
            "550 nope: No such file or directory\r\n", "257 \"/a \"\"b\"\"\" is the current directory\r\n",
        ],
        words: ["220 ", "220-", "220\r\n", "100 ", "599 ", "600 ", "000 ", "226", "\r\n\r\n", "211 End\r\n"]
    ) { input, random in
        let limits = random.once(in: 2) ? ReplyParser.Limits() : .init(lineLength: 40, replySize: 400)
        let whole = ReplyTranscript([input], limits)
        let pieces = ReplyTranscript(random.pieces(of: input), limits)
        try require(whole == pieces, "the replies depend on how the bytes arrive")
        if let error = whole.error { try checkError(error) }
        for reply in whole.replies { try check(reply) }
    }

    private static func check(_ reply: Reply) throws {
        try require((100..<600).contains(reply.code), "code \(reply.code)")
        try requireShowable(reply.description)
        let again = ReplyTranscript([encoded(reply)], ReplyParser.Limits())
        try require(again.replies == [reply] && again.error == nil, "a reply that is not read back: \(reply)")
        let path = try RemotePath("a/b")
        try checkError(ReplyMapping.error(reply, action: "list /a/b", path: path))
        _ = (ReplyMapping.isVague(reply, about: path), ReplyMapping.namesALimit(reply), ServerSoftware(greeting: reply))
    }

    /// As a server would send it.
    private static func encoded(_ reply: Reply) -> [UInt8] {
        let code = Array("\(reply.code)".utf8)
        guard reply.lines.count > 1 else { return code + [32] + reply.lines.joined() + [13, 10] }
        var bytes = code + [UInt8(ascii: "-")] + reply.lines[0] + [13, 10]
        for line in reply.lines.dropFirst().dropLast() { bytes += line + [13, 10] }
        return bytes + code + [32] + reply.lines[reply.lines.count - 1] + [13, 10]
    }

    /// FEAT is read with bounds, whatever it lists.
    static let features = FuzzTarget(
        "FEAT",
        samples: [
            "211-Features:\r\n AUTH TLS\r\n MLST modify*;perm*;size*;type*;unique*;UNIX.mode*;\r\n PBSZ\r\n REST STREAM\r\n"
                + " MFF modify;UNIX.group;UNIX.mode;\r\n UTF8\r\n211 End\r\n",
            "211-Extensions supported:\r\n EPSV\r\n MDTM\r\n MLST\r\n SIZE\r\n211 End.\r\n", "211 no features\r\n",
            "500 what?\r\n",
        ],
        words: ["MLST ", "MFF ", ";", "*", " ", "REST STREAM", "AUTH "]
    ) { input, _ in
        for reply in ReplyTranscript([input], ReplyParser.Limits()).replies {
            let features = FeatureSet(reply)
            _ = (features.restartsStreams, features.hasMachineListings, features.modifies(fact: "UNIX.mode"))
            for fact in features.facts {
                try require(!fact.name.contains(";"), "a fact named '\(fact.name)'")
                try requireShowable(String(fact.name.prefix(100)))
            }
        }
    }
}

/// What a parser made of a stream.
struct ReplyTranscript: Equatable {
    private(set) var replies: [Reply] = []
    private(set) var error: StorageError?

    init(_ pieces: [[UInt8]], _ limits: ReplyParser.Limits) {
        var parser = ReplyParser(limits: limits)
        do throws(StorageError) {
            for piece in pieces {
                parser.append(ByteBuffer(bytes: piece))
                while let reply = try parser.next() { replies.append(reply) }
            }
        } catch {
            self.error = error
        }
    }
}
