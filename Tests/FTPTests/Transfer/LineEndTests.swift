import NIOCore
import Testing

@testable import FTP

@Suite struct LineEndTests {
    /// What is on the disk, what goes over the line, and what comes back.
    @Test(
        arguments: [
            ("", "", ""), ("a", "a", "a"), ("a\nb\n", "a\r\nb\r\n", "a\nb\n"), ("\n\n", "\r\n\r\n", "\n\n"),
            // A line end that is there already stays one.
            ("a\r\nb\r\n", "a\r\nb\r\n", "a\nb\n"), ("a\rb", "a\rb", "a\rb"), ("a\r", "a\r", "a\r"),
            ("\r\r\n", "\r\r\n", "\r\n"), ("\n\r", "\r\n\r", "\n\r"), ("\r\n\r\r", "\r\n\r\r", "\n\r\r"),
        ])
    func linesTravelWithCRLF(disk: String, line: String, back: String) {
        for size in 1...4 {
            #expect(encoded(Array(disk.utf8), size: size) == Array(line.utf8), "\(size)")
            #expect(decoded(Array(line.utf8), size: size) == Array(back.utf8), "\(size)")
        }
    }

    @Test func whereTheBytesAreCutMakesNoDifference() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = Generator(state: seed)
        for _ in 0..<500 {
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                [10, 13, 65].randomElement(using: &random) ?? 0 as UInt8
            }
            let size = Int.random(in: 1...10, using: &random)
            #expect(encoded(bytes, size: size) == encoded(bytes, size: 100), "seed \(seed) \(bytes)")
            #expect(decoded(bytes, size: size) == decoded(bytes, size: 100), "seed \(seed) \(bytes)")
            let text = bytes.filter { $0 != 13 }
            #expect(decoded(encoded(text, size: size), size: size) == text, "seed \(seed) \(bytes)")
        }
    }

    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    private func pieces(_ bytes: [UInt8], _ size: Int) -> [ByteBuffer] {
        stride(from: 0, to: bytes.count, by: size).map {
            ByteBuffer(bytes: bytes[$0..<min(bytes.count, $0 + size)])
        }
    }

    private func encoded(_ bytes: [UInt8], size: Int) -> [UInt8] {
        var encoder = LineEndEncoder()
        return pieces(bytes, size).flatMap { Array(encoder.encode($0).readableBytesView) }
    }

    private func decoded(_ bytes: [UInt8], size: Int) -> [UInt8] {
        var decoder = LineEndDecoder()
        let content = pieces(bytes, size).flatMap { Array(decoder.decode($0).readableBytesView) }
        return content + Array(decoder.finish().readableBytesView)
    }
}
