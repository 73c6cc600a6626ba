import FileModel
import NIOCore
import Testing
import SeededRandom

@testable import SFTP

@Suite struct FramerTests {
    private let seed = UInt64.random(in: 0 ... .max)

    @Test func packetsSurviveEveryCut() throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let packets = (0..<20).map { _ in
                ByteBuffer(bytes: random.bytes(Int.random(in: 1...500, using: &random)))
            }
            var stream = ByteBuffer()
            for packet in packets { stream.writeImmutableBuffer(packet.framed) }
            var framer = SFTPFramer()
            var found: [ByteBuffer] = []
            while stream.readableBytes > 0 {
                let count = min(stream.readableBytes, Int.random(in: 1...300, using: &random))
                framer.append(stream.readSlice(length: count) ?? ByteBuffer())
                while let packet = try framer.next() { found.append(packet) }
            }
            #expect(found == packets, "seed \(seed)")
        }
    }

    @Test(arguments: [UInt32(0), UInt32(SFTPFramer.maximumLength) + 1, .max])
    func lengthsThatCannotBeAreRefusedAtOnce(_ length: UInt32) throws {
        var framer = SFTPFramer()
        framer.append(ByteBuffer(integer: length))
        #expect(throws: StorageError.self) { try framer.next() }
        // Also when the length comes byte by byte.
        var slow = SFTPFramer()
        var refused = false
        for byte in withUnsafeBytes(of: length.bigEndian, { Array($0) }) {
            slow.append(ByteBuffer(bytes: [byte]))
            do { _ = try slow.next() } catch { refused = true }
        }
        #expect(refused)
    }

    @Test func textInsteadOfPacketsIsQuoted() {
        var framer = SFTPFramer()
        framer.append(ByteBuffer(string: "Welcome to our server!\r\nHave fun\n"))
        let error = #expect(throws: StorageError.self) { try framer.next() }
        #expect(error?.message.contains("'Welcome to our server!'") == true)
    }
}
