/// A date as somebody wrote it; nothing is known yet of its zone.
public struct WrittenDate: Hashable, Sendable {
    /// Nil: the date has no year.
    public var year: Int?
    public var month = 0
    public var day = 0
    public var hour = 0
    public var minute = 0
    public var second = 0

    public init() {}

    /// A year of two digits is one from 1970 to 2069.
    public static func century(_ year: Int) -> Int { year + (year < 70 ? 2000 : 1900) }
}

extension DatePattern {
    /// Reads a date from the start of `text`.
    ///
    /// - Returns: the date and the place of the first byte after it; nil when the text is not of this form. Whether there
    ///   is such a day has still to be seen.
    public func read(_ text: ArraySlice<UInt8>) -> (date: WrittenDate, end: Int)? {
        var rest = text
        var date = WrittenDate()
        var isAfternoon: Bool?
        for (index, token) in tokens.enumerated() {
            switch token {
            case .literal(let byte):
                guard rest.popFirst() == byte else { return nil }
            case .spaces:
                let spaces = rest.prefix { $0 == 32 || $0 == 9 }
                guard !spaces.isEmpty else { return nil }
                rest = rest[spaces.endIndex...]
            case .number(let field, let digits):
                guard let number = Self.number(&rest, digits) else { return nil }
                date.set(field, number, digits: digits.upperBound)
            case .monthName:
                guard let month = MonthName.number(of: Self.word(&rest, keepsDot: isDot(index + 1))) else { return nil }
                date.month = month
            case .weekday:
                guard !Self.word(&rest, keepsDot: isDot(index + 1)).isEmpty else { return nil }
            case .halfDay:
                guard let half = Self.half(&rest) else { return nil }
                isAfternoon = half
            }
        }
        if let isAfternoon {
            guard (1...12).contains(date.hour) else { return nil }
            date.hour = date.hour % 12 + (isAfternoon ? 12 : 0)
        }
        return (date, rest.startIndex)
    }

    private func isDot(_ index: Int) -> Bool {
        index < tokens.count && tokens[index] == .literal(UInt8(ascii: "."))
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, _ digits: ClosedRange<Int>) -> Int? {
        let found = rest.prefix { (48...57).contains($0) }.prefix(digits.upperBound)
        guard digits.contains(found.count) else { return nil }
        rest = rest[found.endIndex...]
        return found.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    /// Letters, of any character set; a dot after them may mark an abbreviation.
    private static func word(_ rest: inout ArraySlice<UInt8>, keepsDot: Bool) -> ArraySlice<UInt8> {
        let word = rest.prefix { $0 >= 0x80 || ((0x41...0x5A).contains($0 & 0xDF)) }
        rest = rest[word.endIndex...]
        if !keepsDot && rest.first == UInt8(ascii: ".") { rest = rest.dropFirst() }
        return word
    }

    private static func half(_ rest: inout ArraySlice<UInt8>) -> Bool? {
        switch word(&rest, keepsDot: true).map({ $0 | 0x20 }) {
        case Array("am".utf8), Array("a".utf8): false
        case Array("pm".utf8), Array("p".utf8): true
        default: nil
        }
    }
}

extension WrittenDate {
    fileprivate mutating func set(_ field: DateField, _ number: Int, digits: Int) {
        switch field {
        case .year: year = digits == 2 ? Self.century(number) : number
        case .month: month = number
        case .day: day = number
        case .hour, .hour12: hour = number
        case .minute: minute = number
        case .second: second = number
        }
    }
}
