/// One component of a path: any bytes but `/` and NUL, never empty, `.` or `..`.
///
/// Names are bytes, as on Linux and on the wire; they are compared byte for byte, so that the NFC and NFD
/// spellings of a name stay two names.
public struct FileName: Hashable, Sendable {
    public let bytes: [UInt8]

    /// - Throws: `.invalidName` for an empty name, `.`, `..`, or one that holds `/` or NUL.
    public init(_ bytes: some Sequence<UInt8>) throws(StorageError) {
        let bytes = Array(bytes)
        if let problem = Self.problem(of: bytes) {
            throw StorageError(.invalidName, "the name \(quoted(bytes.prefix(Self.longestQuote))) \(problem)")
        }
        self.bytes = bytes
    }

    public init(_ string: String) throws(StorageError) {
        try self.init(string.utf8)
    }

    /// For names whose bytes were proven before, such as the components of a `RemotePath`.
    init(proven bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Messages show no more of a name that a peer may have made endless.
    private static let longestQuote = 300

    private static func problem(of bytes: [UInt8]) -> String? {
        if bytes.isEmpty { return "is empty" }
        if bytes == [UInt8(ascii: ".")] || bytes == Array("..".utf8) { return "is not a name" }
        if bytes.contains(0) { return "holds a NUL byte" }
        if bytes.contains(UInt8(ascii: "/")) { return "holds a slash" }
        return nil
    }

    /// The name for people, with bytes that are not UTF-8 replaced; use `bytes` to act on the file.
    public var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether the name can be spoken in a line-based protocol such as FTP (RFC 959 §5.3.1).
    public var holdsLineBreak: Bool { bytes.contains { $0 == 13 || $0 == 10 } }
}

extension FileName: Comparable {
    public static func < (left: FileName, right: FileName) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension FileName: CustomStringConvertible {
    public var description: String { printable(bytes) }
}

/// Bytes as text that is safe on a terminal: control characters are written as `\xNN`.
public func printable(_ bytes: some Collection<UInt8>) -> String {
    var text = ""
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
        if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
            text += scalar.value < 0x10 ? "\\x0" : "\\x"
            text += String(scalar.value, radix: 16, uppercase: true)
        } else {
            text.unicodeScalars.append(scalar)
        }
    }
    return text
}

/// `printable` between single quotes, for messages.
public func quoted(_ bytes: some Collection<UInt8>) -> String { "'\(printable(bytes))'" }
