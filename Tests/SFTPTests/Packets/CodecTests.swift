import FileModel
import NIOCore
import Testing
import SeededRandom

@testable import SFTP

@Suite struct CodecTests {
    private let seed = UInt64.random(in: 0 ... .max)

    /// A request or reply packet without its length, after checking that the length is right.
    private func body(_ packet: ByteBuffer) throws -> ByteBuffer {
        var packet = packet
        let length = try packet.readSFTPInteger(UInt32.self)
        #expect(Int(length) == packet.readableBytes)
        return packet
    }

    @Test func requestsReachTheServerAsTheyWereMeant() throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            for request in Samples.requests(&random) {
                let id = random.number(UInt32.self)
                var packet = ByteBuffer()
                request.encode(id: id, into: &packet)
                let decoded = try RequestDecoder.decode(try body(packet))
                #expect(decoded.id == id && decoded.request == request, "seed \(seed)")
            }
        }
    }

    @Test func repliesRoundTrip() throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            for reply in Samples.replies(&random) {
                let id = random.number(UInt32.self)
                let decoded = try SFTPReply.decode(try body(reply.encoded(id: id)))
                #expect(decoded.id == id && decoded.reply == reply, "seed \(seed)")
            }
        }
    }

    @Test func everyCutOfAReplyIsRefusedOrShorter() throws {
        var random = SeededGenerator(seed: seed)
        for reply in Samples.replies(&random) {
            let whole = try body(reply.encoded(id: 7))
            for length in 0..<whole.readableBytes {
                let cut = try #require(whole.getSlice(at: whole.readerIndex, length: length))
                do {
                    // A status may end before its message, an extended reply anywhere.
                    let decoded = try SFTPReply.decode(cut).reply
                    switch decoded {
                    case .status, .extended: break
                    default: Issue.record("\(length) bytes of \(reply) were read as \(decoded); seed \(seed)")
                    }
                } catch {
                    #expect(error.code == .protocolViolation)
                }
            }
        }
    }

    @Test func changedRepliesNeverTrap() throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            for reply in Samples.replies(&random) {
                var bytes = Array(try body(reply.encoded(id: 7)).readableBytesView)
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                _ = try? SFTPReply.decode(ByteBuffer(bytes: bytes))
                _ = try? SFTPVersion.decode(ByteBuffer(bytes: bytes))
            }
            _ = try? SFTPReply.decode(ByteBuffer(bytes: random.bytes(Int.random(in: 0...100, using: &random))))
        }
    }

    @Test func countsAreNotBelieved() {
        // NAME with four billion names in twelve bytes, and ATTRS with as many extended pairs.
        for (type, flags) in [(UInt8(104), UInt32.max), (105, 0x8000_0000)] {
            var packet = ByteBuffer(integer: type)
            packet.writeInteger(UInt32(1))
            packet.writeInteger(flags)
            packet.writeInteger(UInt32.max)
            #expect(throws: StorageError.self) { try SFTPReply.decode(packet) }
        }
    }

    @Test func versionCarriesExtensions() throws {
        var packet = ByteBuffer(bytes: [2, 0, 0, 0, 3])
        packet.writeSFTPString("posix-rename@openssh.com".utf8)
        packet.writeSFTPString("1".utf8)
        packet.writeSFTPString("limits@openssh.com".utf8)
        packet.writeSFTPString("1".utf8)
        let version = try SFTPVersion.decode(packet)
        #expect(version.version == 3)
        #expect(Set(version.extensions.keys) == [.posixRename, .limits])
        #expect(throws: StorageError.self) { try SFTPVersion.decode(ByteBuffer(bytes: [101, 0, 0, 0, 3])) }
    }

    @Test func longHandlesAreRefused() throws {
        let reply = SFTPReply.handle(SFTPHandle(Array(repeating: 1, count: 257)))
        #expect(throws: StorageError.self) { try SFTPReply.decode(try body(reply.encoded(id: 1))) }
    }

    @Test(arguments: [
        (UInt64(0), 32_768), (1, 32_768), (511, 32_768), (512, 512), (65_536, 65_536), (261_120, 261_120),
        (UInt64.max, 261_120),
    ])
    func limitsStayInBounds(_ told: UInt64, _ used: Int) {
        let limits = SFTPLimits(maximumRead: told, maximumWrite: told, maximumHandles: 0)
        #expect(limits.readLength == used && limits.writeLength == used && limits.openHandles == nil)
    }

    @Test(arguments: [
        (UInt32(0o100644), FileType.regular), (0o040755, .directory), (0o120777, .symbolicLink), (0o020666, .special),
        (0o140755, .special), (0o644, .regular),
    ])
    func permissionsTellTheType(_ permissions: UInt32, _ type: FileType) {
        let attributes = SFTPAttributes(
            size: 10, owner: .init(user: 1, group: 2), permissions: permissions,
            times: .init(accessed: 3, modified: 4_000_000_000))
        #expect(attributes.type == type)
        let seen = attributes.fileAttributes
        #expect(seen.permissions == UInt16(permissions & 0o7777) && seen.owner == 1 && seen.group == 2)
        #expect(seen.modified?.time == Timestamp(seconds: 4_000_000_000))
        #expect(seen.size == (type == .directory ? 0 : 10))
    }

    @Test func statusesBecomeErrors() {
        let table: [(UInt32, StorageError.Code)] = [
            (2, .notFound), (3, .permissionDenied), (4, .failed), (5, .invalidArgument), (8, .unsupported),
            (11, .alreadyExists), (14, .noSpace), (18, .notEmpty), (19, .notDirectory), (24, .isDirectory),
            (99, .failed),
        ]
        for (status, code) in table {
            let error = SFTPStatus(.init(rawValue: status), message: "Words").error("open /x")
            #expect(error.code == code && error.message.hasPrefix("cannot open /x: ") && error.serverReply == "Words")
        }
    }
}
