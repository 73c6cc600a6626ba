/// Text in which dozens of phrases are looked for, whatever the case of its ASCII letters.
struct SearchText {
    private let bytes: [UInt8]

    init(_ text: String) { bytes = Self.folded(text) }

    /// Lower-case ASCII letters; other bytes as they are.
    static func folded(_ text: String) -> [UInt8] {
        text.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }

    /// Where a folded phrase stands, from left to right, without overlaps; nowhere if it is empty.
    func ranges(of phrase: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start = 0
        while let range = firstRange(of: phrase, from: start) {
            found.append(range)
            start = range.upperBound
        }
        return found
    }

    private func firstRange(of phrase: [UInt8], from start: Int) -> Range<Int>? {
        guard let first = phrase.first else { return nil }
        return bytes.withUnsafeBufferPointer { text in
            var lower = start
            while lower + phrase.count <= text.count {
                if text[lower] == first, text[lower..<lower + phrase.count].elementsEqual(phrase) {
                    return lower..<lower + phrase.count
                }
                lower += 1
            }
            return nil
        }
    }
}
