import FileModel

extension ValueFormat where Value == String? {
    /// `"auto"` or a character set that iconv(3) knows.
    static let codePage = ValueFormat("\"auto\" or a character set such as \"CP1252\"", shape: .string) {
        node throws(ValueProblem) in
        guard case .string(let text) = node.value, !text.isEmpty else { throw .mismatch }
        if text == "auto" { return nil }
        do throws(StorageError) {
            return try CodePage(text).name
        } catch {
            throw ValueProblem(error.message)
        }
    }

    /// `"auto"`, or any other text.
    static func automatic(_ summary: String) -> ValueFormat {
        ValueFormat("\"auto\" or \(summary)", shape: .string) { node throws(ValueProblem) in
            guard case .string(let text) = node.value, !text.isEmpty else { throw .mismatch }
            return text == "auto" ? nil : text
        }
    }
}

extension ValueFormat where Value == DatePattern? {
    /// `"auto"`, or a date in tokens.
    static let datePattern = ValueFormat(
        "\"auto\" or a pattern such as \"yy-MM-dd HH.mm.ss\"", shape: .string
    ) { node throws(ValueProblem) in
        guard case .string(let text) = node.value, !text.isEmpty else { throw .mismatch }
        if text == "auto" { return nil }
        do throws(StorageError) {
            return try DatePattern(text)
        } catch {
            throw ValueProblem(error.message)
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
