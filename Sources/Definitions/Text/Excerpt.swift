import CLinux

/// The line a message is about, with carets below the place.
struct Excerpt {
    let text: String

    init(_ span: SourceSpan, label: String?) {
        let source = span.source
        let index = source.lineIndex(at: span.range.lowerBound)
        let line = source.line(index)
        let start = min(span.range.lowerBound, line.upperBound)
        let end = min(max(span.range.upperBound, start), line.upperBound)
        let hidden = SecretSpans.find(in: source.bytes)

        func shown(_ range: Range<Int>) -> String {
            Self.shown(source.bytes, range, hidden, isLineStart: range.lowerBound == line.lowerBound)
        }
        let before = shown(line.lowerBound..<start)
        let marked = shown(start..<end)
        let whole = before + marked + shown(end..<line.upperBound)
        let number = source.isArgument ? "" : "\(index + 1)"
        let gutter = String(repeating: " ", count: number.count + 2)
        let carets = String(repeating: "^", count: max(1, Self.columns(marked)))
        text =
            "  \(number) | \(whole)\n\(gutter) | \(Self.blank(like: before))\(carets)" + (label.map { " \($0)" } ?? "")
    }

    /// The bytes of `range` as text; each secret becomes `***` once, where it or its line starts.
    private static func shown(
        _ bytes: [UInt8], _ range: Range<Int>, _ hidden: [Range<Int>], isLineStart: Bool
    ) -> String {
        var text = ""
        var at = range.lowerBound
        for secret in hidden where secret.overlaps(range) && secret.upperBound > at {
            if secret.lowerBound > at { text += tabbed(bytes[at..<secret.lowerBound]) }
            if secret.lowerBound >= range.lowerBound || isLineStart { text += "***" }
            at = min(secret.upperBound, range.upperBound)
        }
        return at < range.upperBound ? text + tabbed(bytes[at..<range.upperBound]) : text
    }

    /// Printable text that keeps its tabs.
    private static func tabbed(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
            .map { printableText($0) }.joined(separator: "\t")
    }

    /// White space that is as wide as `text` on a terminal.
    private static func blank(like text: String) -> String {
        var blank = ""
        for scalar in text.unicodeScalars {
            blank += scalar == "\t" ? "\t" : String(repeating: " ", count: columns(of: scalar))
        }
        return blank
    }

    private static func columns(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + columns(of: $1) }
    }

    private static func columns(of scalar: Unicode.Scalar) -> Int {
        if scalar.isASCII { return 1 }
        let width = Int(remora_wcwidth(scalar.value))
        return width < 0 ? 1 : width  // -1 where the process has no UTF-8 locale
    }
}
