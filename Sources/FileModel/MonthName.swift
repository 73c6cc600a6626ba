/// The months as servers abbreviate them in their own language, where a word means one month in all of these: English,
/// German, Dutch, Danish, Norwegian, Swedish, French, Spanish, Italian and Portuguese, and numbers as in `11月`.
public enum MonthName {
    /// - Parameter word: in UTF-8, ISO 8859-1 or, for the numbered months, an East Asian character set; a dot at its end
    ///   is no part of the name.
    /// - Returns: 1 … 12; nil for any other word.
    public static func number(of word: ArraySlice<UInt8>) -> Int? {
        var word = word
        if word.last == UInt8(ascii: ".") { word = word.dropLast() }
        guard !word.isEmpty, word.count <= 12 else { return nil }
        return known[word.map(lowercased)] ?? numbered(word)
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    private static func numbered(_ word: ArraySlice<UInt8>) -> Int? {
        let digits = word.prefix { (48...57).contains($0) }
        guard (1...2).contains(digits.count), monthSigns.contains(Array(word.dropFirst(digits.count))) else {
            return nil
        }
        let number = digits.reduce(0) { $0 * 10 + Int($1 - 48) }
        return (1...12).contains(number) ? number : nil
    }

    /// 月 in UTF-8, Shift_JIS, EUC-JP and GBK, 월 in UTF-8 and EUC-KR.
    private static let monthSigns: [[UInt8]] = [
        Array("月".utf8), [0x8C, 0x8E], [0xB7, 0xEE], [0xD4, 0xC2], Array("월".utf8), [0xBF, 0xF9],
    ]

    static let words: [[String]] = [
        ["jan", "janv", "ene", "gen"],
        ["feb", "febr", "fév", "févr", "fev"],
        ["mar", "mär", "märz", "mrz", "mars", "mrt", "maa"],
        ["apr", "avr", "avril", "abr"],
        ["may", "mai", "mei", "maj", "mag"],
        ["jun", "juin", "giu", "juni"],
        ["jul", "juil", "lug", "juli"],
        ["aug", "août", "aou", "ago"],
        ["sep", "sept", "set"],
        ["oct", "okt", "ott", "out"],
        ["nov"],
        ["dec", "dez", "déc", "dic", "des"],
    ]

    private static let known: [[UInt8]: Int] = {
        var known: [[UInt8]: Int] = [:]
        for (index, names) in words.enumerated() {
            for name in names {
                known[Array(name.utf8)] = index + 1
                known[name.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }] = index + 1
            }
        }
        return known
    }()
}
