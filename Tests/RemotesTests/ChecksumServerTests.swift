import FTP
import FileModel
import NIOCore
import RemoteFileSystem
import TestServers
import Testing

/// What servers compute of files, and what they only say that they do.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ChecksumServerTests {
    private func write(_ text: String, _ name: String, _ remote: any RemoteFileSystem) async throws {
        let writer = try await remote.openWriter(RemotePath(name), .truncate, permissions: nil, expectedSize: nil)
        try await writer.write(ByteBuffer(string: text), at: 0)
        try await writer.close()
    }

    private func ask(_ served: ServedRemote, about text: String = "123456789") async throws -> ChecksumAlgorithm? {
        try await write(text, "a name", served.remote)
        let found = try await served.remote.checksum(of: RemotePath("a name"), size: Int64(text.utf8.count))
        await served.remote.shutdown()
        return found?.algorithm
    }

    @Test func eachServerIsAskedForTheStrongestThatItHas() async throws {
        #expect(try await ask(.proFTPDDigest()) == .sha512)
        #expect(try await ask(.proFTPDSFTP()) == .sha512)
        #expect(try await ask(.paramiko()) == .sha1)
        let long = String(repeating: "x", count: 5000)
        #expect(try await ask(.spartan(), about: long) == nil, "a block comes in pieces, and its digest would be wrong")
        #expect(try await ask(.libSSH2()) == nil)
        #expect(try await ask(.proFTPDPlain()) == nil)
    }

    /// ProFTPD with one algorithm each: HASH and the older commands agree.
    @Test(arguments: [("sha1", ChecksumAlgorithm.sha1), ("md5", .md5), ("crc32", .crc32), ("sha256", .sha256)])
    func eachAlgorithmIsUnderstood(_ name: String, _ algorithm: ChecksumAlgorithm) async throws {
        let lines = ["LoadModule mod_digest.c", "DigestEngine on", "DigestAlgorithms \(name)"]
        let served = try await ServedRemote.ftp(.proFTPD(extra: lines))
        #expect(try await served.remote.capabilities().checksums == [algorithm])
        #expect(try await ask(served) == algorithm)
    }

    private func dialect(_ features: [String], _ answers: [String: String]) async throws -> ServedRemote {
        var options = PyFTPdOptions()
        options.features = features
        options.answers = answers
        return try await .ftp(.pyftpdlib(options))
    }

    @Test func theOlderCommandsAreUsedWhereThereIsNoHash() async throws {
        #expect(try await ask(dialect(["XCRC", "XMD5"], ["XMD5": "250 25F9E794323B453885F5181F1B624D0B"])) == .md5)
        #expect(try await ask(dialect(["XCRC"], ["XCRC": "250 CBF43926"])) == .crc32)
    }

    /// The next best is asked for, and the one that was in vain not again.
    @Test(arguments: ["500 what?", "502 not implemented", "504 not for that", "250 done"])
    func aServerThatOnlyClaimsToComputeIsFoundOut(_ answer: String) async throws {
        let served = try await dialect(["XSHA256", "XCRC"], ["XSHA256": answer, "XCRC": "250 CBF43926"])
        for _ in 0..<3 {
            try await write("123456789", "a", served.remote)
            #expect(try await served.remote.checksum(of: RemotePath("a"), size: 9)?.algorithm == .crc32)
        }
        await served.remote.shutdown()
        let log = try #require(served.server).log()
        #expect(log.split(separator: "\n").filter { $0.contains("XSHA256") && $0.contains("<-") }.count == 1, "\(log)")
    }

    @Test(arguments: ["550 not that file", "553 no", "450 busy", "501 what?"])
    func aRefusalIsAboutTheFile(_ answer: String) async throws {
        #expect(try await ask(dialect(["XSHA256", "XCRC"], ["XSHA256": answer, "XCRC": "250 CBF43926"])) == nil)
    }
}
