import FileModel

@testable import FTP

extension FuzzTarget {
    /// A passive reply gives a port that exists and an address that may be connected to, or an error.
    static let passiveReplies = FuzzTarget(
        "EPSV and PASV",
        samples: [
            "229 Entering Extended Passive Mode (|||6446|)\r\n", "229 ok (!!!65535!)\r\n", "229 (|1|127.0.0.1|21|)\r\n",
            "227 Entering Passive Mode (127,0,0,1,25,46).\r\n", "227 Entering Passive Mode 10,1,2,3,4,5\r\n",
            "227 =203,0,113,7,200,1\r\n",
        ],
        words: ["(", ")", "|", ",", "|||", "256", "65536", "0,0,0,0,0,0"]
    ) { input, random in
        for reply in ReplyTranscript([input], ReplyParser.Limits()).replies {
            do throws(StorageError) {
                let port = try PassiveReply.extendedPort(reply)
                try? require((1...65535).contains(port), "port \(port)")
            } catch { try checkError(error) }
            do throws(StorageError) {
                try checkAddress(try PassiveReply.addressAndPort(reply))
            } catch { try checkError(error) }
        }
        try passiveRoundTrip(&random)
    }

    private static func checkAddress(_ found: (address: String, port: Int)) throws(StorageError) {
        let parts = found.address.split(separator: ".").compactMap { UInt8($0) }
        guard parts.count == 4, (1...65535).contains(found.port) else {
            preconditionFailure("\(found) came out of a passive reply")
        }
        let aim = try PassiveAddress.resolve(found.address, peer: "198.51.100.9", fix: .automatic)
        precondition(aim == "198.51.100.9", "the data connection would go to \(aim)")
    }

    private static func passiveRoundTrip(_ random: inout FuzzRandom) throws {
        let numbers = (0..<4).map { _ in random.below(256) }
        let port = 1 + random.below(65535)
        let list = (numbers + [port >> 8, port & 255]).map(String.init).joined(separator: ",")
        let passive = try PassiveReply.addressAndPort(Reply(227, "Entering Passive Mode (\(list))."))
        try require(passive.address == numbers.map(String.init).joined(separator: "."), "another address: \(passive)")
        try require(passive.port == port, "another port: \(passive)")
        let mark = random.pick(["|", "!", "#", "~"])
        let extended = Reply(229, "ok (\(mark)\(mark)\(mark)\(port)\(mark))")
        try require(try PassiveReply.extendedPort(extended) == port, "another port: \(extended)")
    }

    /// A digest that was read has the length of its algorithm, and one in a right answer is read.
    static let checksumReplies = FuzzTarget(
        "HASH and XCRC",
        samples: [
            "213-Computing MD5 digest\r\n213 MD5 0-50 62f012671b55a645d4ab5ffc25db1973 plain\r\n",
            "250 AC628A03\r\n", "250 0\r\n", "213 CRC32 0-49 ac628a03 a name\r\n",
            "250 62F012671B55A645D4AB5FFC25DB1973 ok\r\n",
        ],
        words: ["0-50", "0-49", "MD5", "CRC32", " ", "0x", "62f012671b55a645d4ab5ffc25db1973"]
    ) { input, random in
        let algorithm = random.pick(ChecksumAlgorithm.allCases)
        let path = try RemotePath("plain")
        for verb in [ChecksumQuestion.hash, ChecksumQuestion.olderVerbs[algorithm]?.first ?? ""] {
            let question = ChecksumQuestion(verb: verb, algorithm: algorithm)
            for reply in ReplyTranscript([input], ReplyParser.Limits()).replies {
                let digest = ChecksumReply.digest(reply, to: question, of: path, size: 50)
                try require(digest.map { $0.count == algorithm.length } ?? true, "\(algorithm): \(digest ?? [])")
            }
            let digest = (0..<algorithm.length).map { _ in UInt8(random.below(256)) }
            let text = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            let words = verb == ChecksumQuestion.hash ? "\(question.hashName) 0-50 \(text) plain" : text
            let found = ChecksumReply.digest(Reply(250, words), to: question, of: path, size: 50)
            try require(found == digest, "not read back: \(words)")
        }
    }

    /// A time that was read is written and read back the same, to the second.
    static let timeValues = FuzzTarget(
        "MDTM times",
        samples: [
            "20261121040459", "19700101000000", "20000229235960", "20261121040459.123", "00010101000000",
            "99991231235959.999999999", "213 20261121040459",
        ],
        words: [".", "60", "24", "0229", "1301"]
    ) { input, random in
        if let time = TimeValue.parse(input, source: .mdtm) { try checkTime(time) }
        for reply in ReplyTranscript([input + [13, 10]], ReplyParser.Limits()).replies {
            if let time = FTPConnection.time(reply) { try checkTime(time) }
            if let size = FTPConnection.size(reply) { try require(size >= 0, "a size of \(size)") }
        }
        let moment = Timestamp(seconds: -62_135_596_800 + Int64(random.next() % 315_537_897_600))
        let again = TimeValue.parse(Array(TimeValue.format(moment).utf8), source: .mdtm)
        try require(again?.time == moment, "\(moment) became \(again.map { "\($0)" } ?? "nothing")")
        // Local files may have any time; MFMT then says something wrong, and nothing worse.
        _ = TimeValue.format(Timestamp(seconds: Int64(bitPattern: random.next())))
    }

    private static func checkTime(_ time: ModificationTime) throws {
        let text = TimeValue.format(time.time)
        let again = TimeValue.parse(Array(text.utf8), source: .mdtm)
        try require(again?.time.seconds == time.time.seconds, "\(time) became \(text)")
        try require((0..<1_000_000_000).contains(time.time.nanoseconds), "\(time)")
    }

    /// The path of a 257 reply is a path, and a quoted path is read back.
    static let workingDirectories = FuzzTarget(
        "PWD",
        samples: [
            "257 \"/\" is the current directory\r\n", "257 \"/home/me\"\r\n", "257 \"/a \"\"b\"\" c\" cwd\r\n",
            "257 \"C:\\x\" cwd\r\n", "257 /no/quotes\r\n",
        ],
        words: ["\"", "\"\"", "/", "/../", "257 \"/"]
    ) { input, random in
        for reply in ReplyTranscript([input], ReplyParser.Limits()).replies {
            guard let path = WorkingDirectoryReply.path(reply) else { continue }
            try require(try RemotePath(path.bytes) == path, "a path that changes: \(path)")
        }
        let path = (0..<(1 + random.below(4))).flatMap { _ in [UInt8(ascii: "/")] + random.fileName() }
        let quoted = path.flatMap { $0 == 34 ? [34, 34] : [$0] }
        let reply = Reply(code: 257, lines: [[34] + quoted + Array("\" is the place".utf8)])
        try require(WorkingDirectoryReply.path(reply) == (try? RemotePath(path)), "not read back: \(reply)")
    }
}
