/// How a server writes dates, as tokens: `yy-MM-dd HH.mm.ss`, `MMM d HH:mm`.
///
/// Tokens: `yyyy` `yy`, `MM` `M`, `MMM` (a month's name), `dd` `d`, `ddd` (a weekday, skipped), `HH` `H` (0–23),
/// `hh` `h` (1–12, with `tt`), `mm` `m`, `ss` `s`, `tt` (AM or PM). Text between single quotes stands for itself, as
/// everything that is no letter does; a space stands for one or more. Where a number is not followed by another one, it
/// may have one digit less.
public struct DatePattern: Hashable, Sendable, CustomStringConvertible {
    enum Token: Hashable {
        case number(DateField, digits: ClosedRange<Int>)
        case monthName, weekday, halfDay
        case literal(UInt8)
        case spaces
    }

    public let description: String
    let tokens: [Token]

    /// - Throws: `.configuration`, with the place of what is not understood.
    public init(_ text: String) throws(StorageError) {
        description = text
        tokens = Self.withExactDigits(try DatePatternScanner.tokens(text))
        if let missing = missingField {
            throw StorageError(.configuration, "the date pattern \"\(printable(text.utf8.prefix(100)))\" \(missing)")
        }
    }

    /// Nil: everything needed is there.
    private var missingField: String? {
        if !has(.day) { return "has no day (d or dd)" }
        if !has(.month) && !tokens.contains(.monthName) { return "has no month (MM or MMM)" }
        if has(.minute) && !hasHour || has(.second) && !has(.minute) { return "has a smaller unit without the greater" }
        if has(.hour12) != tokens.contains(.halfDay) { return "needs h and tt together" }
        if !has(.year) && !hasHour { return "has neither a year nor a time" }
        return nil
    }

    private var hasHour: Bool { has(.hour) || has(.hour12) }

    private func has(_ wanted: DateField) -> Bool {
        tokens.contains { if case .number(let field, _) = $0 { field == wanted } else { false } }
    }

    /// The step of the dates that it reads.
    public var resolution: TimeResolution {
        if has(.second) { return .second }
        if has(.minute) { return .minute }
        return hasHour ? TimeResolution(nanoseconds: 3_600_000_000_000) : .day
    }

    /// Numbers that touch can be told apart only by their width.
    private static func withExactDigits(_ tokens: [Token]) -> [Token] {
        tokens.indices.map { index in
            guard case .number(let field, let digits) = tokens[index], index + 1 < tokens.count,
                case .number = tokens[index + 1]
            else { return tokens[index] }
            return .number(field, digits: digits.upperBound...digits.upperBound)
        }
    }

    /// Words that a date has.
    public var wordCount: Int { tokens.count { $0 == .spaces } + 1 }
}

/// A number in a date.
public enum DateField: Hashable, Sendable {
    case year, month, day, hour, hour12, minute, second
}

/// Cuts a pattern into tokens.
private struct DatePatternScanner {
    static func tokens(_ text: String) throws(StorageError) -> [DatePattern.Token] {
        let bytes = Array(text.utf8)
        var tokens: [DatePattern.Token] = []
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "'") {
                guard let end = bytes[(index + 1)...].firstIndex(of: byte) else {
                    throw problem(text, index, "the quote does not end")
                }
                tokens += bytes[(index + 1)..<end].map { .literal($0) }
                index = end + 1
            } else if (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z") {
                let end = bytes[index...].firstIndex { $0 != byte } ?? bytes.count
                let word = String(decoding: bytes[index..<end], as: UTF8.self)
                guard let token = known[word] else { throw problem(text, index, "'\(word.prefix(20))' is no token") }
                tokens.append(token)
                index = end
            } else {
                if byte != 32 {
                    tokens.append(.literal(byte))
                } else if tokens.last != .spaces {
                    tokens.append(.spaces)
                }
                index += 1
            }
        }
        return tokens
    }

    private static func problem(_ text: String, _ index: Int, _ what: String) -> StorageError {
        let place = String(decoding: text.utf8.prefix(index), as: UTF8.self).count + 1
        return StorageError(
            .configuration,
            "the date pattern \"\(printable(text.utf8.prefix(100)))\" is wrong at its character \(place): \(what); there are yyyy yy MM M MMM dd d "
                + "ddd HH H hh h mm m ss s tt, and text between single quotes")
    }

    private static let known: [String: DatePattern.Token] = [
        "yyyy": .number(.year, digits: 4...4), "yy": .number(.year, digits: 2...2),
        "MM": .number(.month, digits: 1...2), "M": .number(.month, digits: 1...2),
        "MMM": .monthName, "MMMM": .monthName, "ddd": .weekday, "dddd": .weekday,
        "dd": .number(.day, digits: 1...2), "d": .number(.day, digits: 1...2),
        "HH": .number(.hour, digits: 1...2), "H": .number(.hour, digits: 1...2),
        "hh": .number(.hour12, digits: 1...2), "h": .number(.hour12, digits: 1...2),
        "mm": .number(.minute, digits: 1...2), "m": .number(.minute, digits: 1...2),
        "ss": .number(.second, digits: 1...2), "s": .number(.second, digits: 1...2),
        "tt": .halfDay, "t": .halfDay,
    ]
}
