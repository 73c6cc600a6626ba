import FileModel

/// One line of `--json`: an object whose keys keep their order.
struct JSONLine {
    indirect enum Value {
        case string(String)
        case integer(Int64)
        case number(Double)
        case boolean(Bool)
        case null
        case list([Value])
        case object([(String, Value)])

        init(_ text: String?) { self = text.map(Value.string) ?? .null }
        init(_ number: some BinaryInteger) { self = .integer(Int64(clamping: number)) }
    }

    private var members: [(String, Value)]

    init(_ event: String) {
        members = [("event", .string(event))]
    }

    mutating func add(_ name: String, _ value: Value) {
        members.append((name, value))
    }

    func adding(_ name: String, _ value: Value) -> JSONLine {
        var line = self
        line.add(name, value)
        return line
    }

    /// A path; `NAME_bytes` holds it in hexadecimal where it is no UTF-8.
    func adding(_ name: String, path bytes: [UInt8]) -> JSONLine {
        var line = self
        line.members += Self.path(name, bytes)
        return line
    }

    /// The members that `adding(_:path:)` adds, for an object within the line.
    static func path(_ name: String, _ bytes: [UInt8]) -> [(String, Value)] {
        let text = (name, Value.string(String(decoding: bytes, as: UTF8.self)))
        guard String(validating: bytes, as: UTF8.self) == nil else { return [text] }
        let digits = bytes.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
        return [text, ("\(name)_bytes", .string(digits))]
    }

    var text: String { Self.text(.object(members)) }

    private static func text(_ value: Value) -> String {
        switch value {
        case .string(let text): quoted(text)
        case .integer(let number): "\(number)"
        case .number(let number): number.isFinite ? "\(number)" : "null"
        case .boolean(let flag): "\(flag)"
        case .null: "null"
        case .list(let values): "[" + values.map(text).joined(separator: ",") + "]"
        case .object(let members): "{" + members.map { quoted($0.0) + ":" + text($0.1) }.joined(separator: ",") + "}"
        }
    }

    /// RFC 8259 §7.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
