import Glibc

extension ValueFormat where Value == String? {
    /// `"auto"` or a character set that iconv(3) knows.
    static let codePage = ValueFormat("\"auto\" or a character set such as \"CP1252\"", shape: .string) {
        node throws(ValueProblem) in
        guard case .string(let text) = node.value, !text.isEmpty else { throw .mismatch }
        if text == "auto" { return nil }
        guard let converter = iconv_open(text, "UTF-8"), Int(bitPattern: converter) != -1 else {
            throw ValueProblem("the character set '\(text)' is unknown here; `iconv -l` lists those that are known")
        }
        iconv_close(converter)
        return text
    }

    /// `"auto"`, or any other text.
    static func automatic(_ summary: String) -> ValueFormat {
        ValueFormat("\"auto\" or \(summary)", shape: .string) { node throws(ValueProblem) in
            guard case .string(let text) = node.value, !text.isEmpty else { throw .mismatch }
            return text == "auto" ? nil : text
        }
    }
}

extension ValueFormat where Value == ZoneName? {
    /// `"auto"` or a time zone.
    static let automaticZone = ValueFormat("\"auto\" or a time zone such as \"Europe/Berlin\"", shape: .string) {
        node throws(ValueProblem) in
        if case .string("auto") = node.value { return nil }
        return try ValueFormat<ZoneName>.zone.decode(node)
    }
}
