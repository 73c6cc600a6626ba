import Glibc
import Synchronization

/// File names of a server that keeps them in a character set of its own: its bytes there, UTF-8 here (iconv(3)).
///
/// Every name that comes from the server goes back to it byte for byte, whatever it holds:
/// - what converts, and back to the same bytes, is shown in UTF-8;
/// - what does not is shown as its bytes, unless these could be read as a name in UTF-8;
/// - those are shown with some bytes written as the surrogate U+DC00 + byte, which no text in UTF-8 holds.
public final class CodePage: Sendable {
    public let name: String
    /// Messages of iconv hold a state, so one thread converts at a time.
    private let converters: Mutex<Converters>

    /// - Throws: `.configuration` for a character set that is unknown here, or in which a path cannot be written.
    public init(_ name: String) throws(StorageError) {
        guard !name.isEmpty, !name.contains("/"), let converters = Converters(name) else {
            throw StorageError(
                .configuration,
                "the character set \(quoted(name.utf8.prefix(100))) is unknown here; `iconv -l` lists those that are known"
            )
        }
        self.name = name
        self.converters = Mutex(converters)
        // Backslash and tilde have other signs in their place in some, and FTP does not need them.
        for byte in UInt8(0x20)...0x7E where byte != 0x5C && byte != 0x7E {
            guard converted([byte], .fromServer) == [byte] else {
                throw StorageError(
                    .configuration,
                    "the character set \(quoted(name.utf8.prefix(100))) cannot be used for file names: it does not contain ASCII"
                )
            }
        }
    }

    /// The name for a name of the server.
    public func decoded(_ wire: [UInt8]) -> [UInt8] {
        if Self.isPlain(wire) { return wire }
        // A server that takes bytes for bytes would split such a name at the slash.
        let isOneName = !wire.contains { Self.breaking.contains($0) }
        if isOneName, let text = converted(wire, .fromServer), converted(text, .toServer) == wire { return text }
        return SurrogateEscapes.isEscapedUTF8(wire) ? SurrogateEscapes.escaped(wire) : wire
    }

    /// The server's name for a name.
    ///
    /// - Throws: `.invalidName` when the character set cannot say it so that the same name comes back.
    public func encoded(_ name: [UInt8]) throws(StorageError) -> [UInt8] {
        if Self.isPlain(name) { return name }
        let wire = SurrogateEscapes.isUTF8(name) ? converted(name, .toServer) : SurrogateEscapes.unescaped(name)
        guard let wire, !wire.contains(where: { Self.breaking.contains($0) }), decoded(wire) == name
        else {
            throw StorageError(
                .invalidName,
                "the name \(quoted(name.prefix(300))) cannot be written in \(self.name), the code_page of the server")
        }
        return wire
    }

    /// NUL, LF, CR and the slash end a name, whatever they mean in the character set.
    private static let breaking: [UInt8] = [0, 10, 13, UInt8(ascii: "/")]

    /// Letters, digits and what is the same in every set that is let in, in whatever state it starts.
    private static func isPlain(_ name: [UInt8]) -> Bool {
        name.allSatisfy { (0x20...0x7D).contains($0) && $0 != 0x5C }
    }

    private enum Direction { case fromServer, toServer }

    private func converted(_ bytes: [UInt8], _ direction: Direction) -> [UInt8]? {
        converters.withLock { converters in
            direction == .fromServer ? converters.fromServer.convert(bytes) : converters.toServer.convert(bytes)
        }
    }

    private struct Converters: ~Copyable {
        let fromServer: Converter
        let toServer: Converter

        init?(_ name: String) {
            guard let from = Converter(from: name, to: "UTF-8"), let to = Converter(from: "UTF-8", to: name) else {
                return nil
            }
            fromServer = from
            toServer = to
        }
    }

    /// One direction of iconv(3).
    private struct Converter: ~Copyable {
        private let descriptor: iconv_t

        init?(from source: String, to target: String) {
            guard let opened = iconv_open(target, source), Int(bitPattern: opened) != -1 else { return nil }
            descriptor = opened
        }

        deinit { iconv_close(descriptor) }

        /// - Returns: nil when a byte cannot be converted, or only to something like it.
        func convert(_ bytes: [UInt8]) -> [UInt8]? {
            var source = bytes.map { CChar(bitPattern: $0) }
            // Stateful sets add escape sequences: no character needs more than eight bytes and two of those.
            var target = [CChar](repeating: 0, count: bytes.count * 16 + 32)
            iconv(descriptor, nil, nil, nil, nil)
            let written = source.withUnsafeMutableBufferPointer { source in
                target.withUnsafeMutableBufferPointer { target -> Int? in
                    var (from, left) = (source.baseAddress, source.count)
                    var (to, room) = (target.baseAddress, target.count)
                    guard iconv(descriptor, &from, &left, &to, &room) == 0, left == 0,
                        iconv(descriptor, nil, nil, &to, &room) == 0
                    else { return nil }
                    return target.count - room
                }
            }
            return written.map { target[..<$0].map { UInt8(bitPattern: $0) } }
        }
    }
}

/// Bytes inside text in UTF-8, each written as the surrogate U+DC00 + byte (`ED B0 80` … `ED B3 BF`).
enum SurrogateEscapes {
    static func isUTF8(_ bytes: [UInt8]) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
    }

    /// Whether the bytes are text in UTF-8 with or without escapes: then they have a meaning of their own.
    static func isEscapedUTF8(_ bytes: [UInt8]) -> Bool {
        var text: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if escape(bytes, index) == nil {
                text.append(bytes[index])
                index += 1
            } else {
                // Text on both sides of an escape must not grow together.
                text.append(UInt8(ascii: "x"))
                index += 3
            }
        }
        return isUTF8(text)
    }

    /// With every byte escaped that is not printable ASCII, and the first in any case.
    static func escaped(_ bytes: [UInt8]) -> [UInt8] {
        bytes.enumerated().flatMap { index, byte in
            index > 0 && (0x20...0x7E).contains(byte) ? [byte] : [0xED, 0xB0 | byte >> 6, 0x80 | byte & 0x3F]
        }
    }

    static func unescaped(_ bytes: [UInt8]) -> [UInt8] {
        guard isEscapedUTF8(bytes) else { return bytes }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let byte = escape(bytes, index)
            result.append(byte ?? bytes[index])
            index += byte == nil ? 1 : 3
        }
        return result
    }

    private static func escape(_ bytes: [UInt8], _ index: Int) -> UInt8? {
        guard index + 2 < bytes.count, bytes[index] == 0xED, (0xB0...0xB3).contains(bytes[index + 1]),
            (0x80...0xBF).contains(bytes[index + 2])
        else { return nil }
        return (bytes[index + 1] & 0x03) << 6 | bytes[index + 2] & 0x3F
    }
}
