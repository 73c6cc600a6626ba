/// The parser's words without its own framing.
enum SyntaxMessage {
    /// `Error while parsing string: encountered end-of-file` → `in a string: encountered end-of-file`.
    static func plain(_ description: String) -> String {
        let prefix = "Error while parsing "
        guard description.hasPrefix(prefix), let colon = description.firstIndex(of: ":") else { return description }
        let subject = description[..<colon].dropFirst(prefix.count)
        return "in a \(subject):" + description[description.index(after: colon)...]
    }
}
