/// One `key=value` of a `-o` word.
struct OptionAssignment {
    let key: SourceSpan
    /// nil for a key alone: `ro`.
    let value: (text: String, span: SourceSpan)?

    var name: String { String(decoding: key.bytes, as: UTF8.self) }
}

/// Takes `-o a=1,b=x\,y,ro` apart: commas separate, `\,` is a comma.
enum OptionWord {
    static func assignments(in word: String) -> [OptionAssignment] {
        let source = SourceText(.argument("-o"), word.utf8)
        return segments(source.bytes).map { assignment($0, in: source) }
    }

    private static func segments(_ bytes: [UInt8]) -> [Range<Int>] {
        var segments: [Range<Int>] = []
        var start = 0
        for (index, byte) in bytes.enumerated() where byte == comma {
            if index > 0, bytes[index - 1] == backslash { continue }
            segments.append(start..<index)
            start = index + 1
        }
        return (segments + [start..<bytes.count]).filter { !$0.isEmpty }
    }

    private static func assignment(_ range: Range<Int>, in source: SourceText) -> OptionAssignment {
        let equals = source.bytes[range].firstIndex(of: UInt8(ascii: "="))
        let key = SourceSpan(source, range.lowerBound..<(equals ?? range.upperBound))
        guard let equals else { return OptionAssignment(key: key, value: nil) }
        let span = SourceSpan(source, (equals + 1)..<range.upperBound)
        return OptionAssignment(key: key, value: (unescaped(span.bytes), span))
    }

    private static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
        var result: [UInt8] = []
        for byte in bytes {
            if byte == comma, result.last == backslash { result.removeLast() }
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static let comma = UInt8(ascii: ",")
    private static let backslash = UInt8(ascii: "\\")
}
