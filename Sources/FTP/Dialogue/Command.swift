import FileModel
import NIOCore

/// One command line (RFC 959 §4.1, §5.3): a verb and an argument of any bytes but CR, LF and NUL.
struct Command: Hashable, Sendable {
    let verb: String
    let argument: [UInt8]?
    private let isSecret: Bool

    init(_ verb: String) {
        self.verb = verb
        argument = nil
        isSecret = false
    }

    /// - Throws: `.invalidName` for an argument that would end the line early, and with it smuggle another command.
    init(_ verb: String, _ argument: some Sequence<UInt8>, isSecret: Bool = false) throws(StorageError) {
        let bytes = Array(argument)
        if bytes.contains(where: { $0 == 13 || $0 == 10 || $0 == 0 }) {
            let shown = isSecret ? "a secret" : quoted(bytes)
            throw StorageError(.invalidName, "\(shown) holds a line break, which FTP cannot say")
        }
        self.verb = verb
        self.argument = bytes
        self.isSecret = isSecret
    }

    /// For arguments written by us, of printable ASCII.
    init(_ verb: String, known argument: String) {
        self.verb = verb
        self.argument = Array(argument.utf8)
        isSecret = false
    }

    /// What must not be repeated to anybody; nil for most commands.
    var secret: [UInt8]? { isSecret ? argument : nil }

    /// Appends the line with its CR LF.
    ///
    /// - Parameter doublingIAC: writes 0xFF twice, as Telnet wants it (RFC 854, RFC 1123 §4.1.2.12); not every server
    ///   halves it again, see `ServerSoftware`.
    func encode(into buffer: inout ByteBuffer, doublingIAC: Bool) {
        buffer.writeString(verb)
        if let argument {
            buffer.writeInteger(UInt8(ascii: " "))
            if doublingIAC && argument.contains(0xFF) {
                for byte in argument { buffer.writeRepeatingByte(byte, count: byte == 0xFF ? 2 : 1) }
            } else {
                buffer.writeBytes(argument)
            }
        }
        buffer.writeStaticString("\r\n")
    }
}

extension Command: CustomStringConvertible {
    /// The line as logs may show it.
    var description: String {
        guard let argument else { return verb }
        return isSecret ? "\(verb) ••••" : "\(verb) \(printable(argument))"
    }
}
