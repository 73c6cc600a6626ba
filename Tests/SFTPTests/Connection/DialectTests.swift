import FileModel
import NIOCore
import TestServers
import Testing

@testable import SFTP

/// What servers that are not OpenSSH do differently; the conformance suite proves it on the real ones.
@Suite(.timeLimit(.minutes(1))) struct DialectTests {
    private func dialect(_ software: String?, _ extensions: [SFTPExtension: [UInt8]] = [:]) -> SFTPDialect {
        SFTPDialect(software: software, SFTPVersion(extensions: extensions))
    }

    @Test func serversAreKnownByTheirNameOrTheirExtensions() {
        var openSSH = SFTPDialect()
        openSSH.mayHaveNarrowChannels = true
        #expect(dialect(nil) == openSSH)
        openSSH.hasNarrowChannels = true
        #expect(dialect("SSH-2.0-OpenSSH_9.2p1") == openSSH)
        #expect(dialect("SSH-2.0-AsyncSSH_2.10.1").symlinkNamesLinkFirst)
        #expect(dialect("SSH-2.0-mod_sftp").readlinkAnswersAbsolute)
        let paramiko = dialect(nil, [SFTPExtension("check-file"): Array("md5,sha1".utf8)])
        #expect(paramiko.resizingDestroys && paramiko.fileChecks == .paramiko)
        #expect(dialect("SSH-2.0-mod_sftp").fileChecks == SFTPFileChecks())
        #expect(dialect(nil, [.checkFileHandle: []]).fileChecks == SFTPFileChecks())
    }

    @Test(arguments: [
        ("Not a directory", StorageError.Code.notDirectory), ("No space left on device", .noSpace),
        ("Disk quota exceeded", .noSpace), ("File exists", .alreadyExists), ("Read-only file system", .readOnly),
        ("Failure", .failed), ("", .failed),
    ])
    func aFailureWithTheTextOfAnErrnoMeansThat(_ text: String, _ code: StorageError.Code) {
        #expect(SFTPStatus(.failure, message: text).error("x").code == code)
        #expect(SFTPStatus(.permissionDenied, message: text).error("x").code == .permissionDenied)
    }

    /// Asking for 32 KiB again and again, to use 1,250 bytes of each flight, took tens of times the traffic.
    @Test func shortAnswersAreLearnedFrom() async throws {
        let content = ByteBuffer(bytes: (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        let peer = ScriptedPeer { peer, id, request in
            guard case .read(_, let offset, let length) = request, Int(offset) < content.readableBytes else {
                return peer.answer(id, .status(SFTPStatus(.endOfFile)))
            }
            let count = min(Int(length), 1250, content.readableBytes - Int(offset))
            peer.answer(id, .data(content.getSlice(at: Int(offset), length: count)!))
        }
        let connection = try await peer.connect()
        let handle = SFTPHandle(Array("h".utf8))
        #expect(try await connection.read(handle, at: 0, count: 100_000) == content)
        let first = peer.requests.count
        #expect(first < 100, "\(first)")
        #expect(try await connection.read(handle, at: 0, count: 100_000) == content)
        #expect(peer.requests.count - first == 80)
        await connection.close()
    }

    /// The last bytes of a file say nothing of what the server can bring.
    @Test func theEndOfAFileIsNoLimit() async throws {
        let peer = ScriptedPeer { peer, id, request in
            guard case .read(_, 0, _) = request else { return peer.answer(id, .status(SFTPStatus(.endOfFile))) }
            peer.answer(id, .data(ByteBuffer(string: "end")))
        }
        let connection = try await peer.connect()
        let handle = SFTPHandle(Array("h".utf8))
        for _ in 0..<2 { #expect(try await connection.read(handle, at: 0, count: 20_000).readableBytes == 3) }
        for case .read(_, 0, let length) in peer.requests { #expect(length == 20_000) }
        await connection.close()
    }

    @Test func aListingLineTellsTheTypeButNoPermissions() {
        var attributes = SFTPAttributes(size: 1, times: SFTPAttributes.Times(accessed: 1, modified: 1))
        #expect(attributes.isIncomplete)
        attributes.listedType = .directory
        #expect(!attributes.isIncomplete && attributes.type == .directory)
        #expect(attributes.fileAttributes.permissions == nil)
    }
}
