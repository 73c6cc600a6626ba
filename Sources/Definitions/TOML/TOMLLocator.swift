/// Finds where every key and value of a TOML text stands.
///
/// Walks over text that a TOML parser accepted (TOML 1.0), so it checks nothing; on other text the result is
/// meaningless but the walk still ends inside it. Places are byte ranges: of a key without the dots around it, of a
/// value without the white space around it, of a table the header or braces that opened it first.
struct TOMLLocator {
    /// One step of the way to a value.
    enum Step: Hashable {
        /// The bytes of the key, quotes and escapes resolved.
        case key([UInt8])
        case index(Int)
    }

    struct Place: Hashable {
        /// nil for the elements of an array.
        var name: Range<Int>?
        var value: Range<Int>
    }

    private(set) var places: [[Step]: Place] = [:]
    private let bytes: [UInt8]
    private var at = 0
    /// The table that the last header opened.
    private var table: [Step] = []
    /// How many elements each array of tables has so far.
    private var counts: [[Step]: Int] = [:]
    private var trap: Trap?
    /// Where the header or key under the walk starts.
    private var statement = 0
    /// Arrays and inline tables around the place of the walk; TOMLKit accepts no more than 256.
    private var depth = 0
    private static let deepest = 256

    /// A place where TOMLKit's parser does not report a fault but ends the process.
    struct Trap: Hashable {
        /// The text before is safe.
        let statement: Int
        let at: Int
        let message: String
    }

    /// The first trap in a text, which is no TOML then.
    static func trap(_ bytes: [UInt8]) -> Trap? {
        var locator = TOMLLocator(bytes)
        locator.walk()
        return locator.trap
    }

    static func locate(_ bytes: [UInt8]) -> [[Step]: Place] {
        var locator = TOMLLocator(bytes)
        locator.walk()
        return locator.places
    }

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    }

    private mutating func walk() {
        while skipBlank(), let byte = current {
            let before = at
            statement = at
            if byte == UInt8(ascii: "[") { header() } else { pair(in: table) }
            if at == before { at += 1 }
        }
    }

    // MARK: - Lines

    /// `[a.b]` or `[[a.b]]`.
    private mutating func header() {
        at += 1
        let isArray = current == UInt8(ascii: "[")
        if isArray { at += 1 }
        skipSpaces()
        if let byte = current, !Self.startsKey(byte), byte != UInt8(ascii: "]") {
            report("a table header must start with a key, in quotes unless it is of A-Z a-z 0-9 _ and -")
        }
        let names = dottedKey()
        var path: [Step] = []
        for (index, name) in names.enumerated() {
            path.append(.key(name.bytes))
            record(path, name: name.range, value: name.range)
            let isLast = index == names.count - 1
            if isLast && isArray { counts[path, default: 0] += 1 }
            if let count = counts[path] {
                path.append(.index(count - 1))
                record(path, name: nil, value: name.range)
            }
        }
        table = path
        while current == UInt8(ascii: "]") || isSpace { at += 1 }
    }

    /// `a.b = value`.
    private mutating func pair(in table: [Step]) {
        var path = table
        let names = dottedKey()
        for name in names.dropLast() {
            path.append(.key(name.bytes))
            record(path, name: name.range, value: name.range)
        }
        guard let last = names.last else { return }
        path.append(.key(last.bytes))
        skipSpaces()
        if current == UInt8(ascii: "=") { at += 1 }
        skipSpaces()
        let start = at
        value(at: path)
        record(path, name: last.range, value: start..<at)
    }

    private mutating func report(_ message: String) {
        if trap == nil { trap = Trap(statement: statement, at: at, message: message) }
    }

    /// The first mention of a table is its place.
    private mutating func record(_ path: [Step], name: Range<Int>?, value: Range<Int>) {
        if places[path] == nil { places[path] = Place(name: name, value: value) }
    }

    // MARK: - Keys

    private mutating func dottedKey() -> [(bytes: [UInt8], range: Range<Int>)] {
        var names: [(bytes: [UInt8], range: Range<Int>)] = []
        while true {
            skipSpaces()
            let start = at
            guard let name = simpleKey() else { return names }
            names.append((name, start..<at))
            skipSpaces()
            guard current == UInt8(ascii: ".") else { return names }
            at += 1
        }
    }

    private mutating func simpleKey() -> [UInt8]? {
        let start = at
        if current == UInt8(ascii: "\"") || current == UInt8(ascii: "'") {
            skipString()
            return TOMLString.content(Array(bytes[start..<at]))
        }
        while let byte = current, !Self.endsBareKey(byte) { at += 1 }
        return at > start ? Array(bytes[start..<at]) : nil
    }

    /// Of a bare key (`A-Z a-z 0-9 _ -`) or a quoted one.
    private static func startsKey(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 48...57, UInt8(ascii: "_"),
            UInt8(ascii: "-"), UInt8(ascii: "\""), UInt8(ascii: "'"):
            true
        default: false
        }
    }

    private static func endsBareKey(_ byte: UInt8) -> Bool {
        switch byte {
        case 9, 10, 13, 32, UInt8(ascii: "."), UInt8(ascii: "="), UInt8(ascii: "]"), UInt8(ascii: "["),
            UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: ","), UInt8(ascii: "#"):
            true
        default: false
        }
    }

    // MARK: - Values

    private mutating func value(at path: [Step]) {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else { return at = bytes.count }
        switch current {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): skipString()
        case UInt8(ascii: "["): array(at: path)
        case UInt8(ascii: "{"): inlineTable(at: path)
        default: skipScalar()
        }
    }

    private mutating func array(at path: [Step]) {
        at += 1
        var index = 0
        while skipBlank(), let byte = current, byte != UInt8(ascii: "]") {
            let start = at
            if byte == UInt8(ascii: "}") { report("a '}' has no place in an array") }
            value(at: path + [.index(index)])
            record(path + [.index(index)], name: nil, value: start..<at)
            index += 1
            _ = skipBlank()
            if current == UInt8(ascii: ",") { at += 1 }
            if at == start { at += 1 }
        }
        if current != nil { at += 1 }
    }

    private mutating func inlineTable(at path: [Step]) {
        at += 1
        while skipBlank(), let byte = current, byte != UInt8(ascii: "}") {
            let start = at
            pair(in: path)
            _ = skipBlank()
            if current == UInt8(ascii: ",") { at += 1 }
            if at == start { at += 1 }
        }
        if current != nil { at += 1 }
    }

    /// A number, boolean or date; a date and its time may be parted by one space.
    private mutating func skipScalar() {
        let start = at
        while let byte = current, !Self.endsScalar(byte) { at += 1 }
        if at - start > 11, Self.isDate(bytes[start..<(start + 10)]), bytes[start + 10] | 0x20 == UInt8(ascii: "t"),
            !(48...57).contains(bytes[start + 11])
        {
            report("a time has the form 07:32:00")
        }
        if Self.isDate(bytes[start..<at]), current == 32, at + 1 < bytes.count, (48...57).contains(bytes[at + 1]) {
            at += 1
            if at + 1 == bytes.count || !(48...57).contains(bytes[at + 1]) { report("a time has the form 07:32:00") }
            while let byte = current, !Self.endsScalar(byte) { at += 1 }
        }
    }

    /// `2026-01-02`, as far as its shape goes.
    private static func isDate(_ text: ArraySlice<UInt8>) -> Bool {
        text.count == 10 && text.count { $0 == UInt8(ascii: "-") } == 2
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case 9, 10, 13, 32, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "#"): true
        default: false
        }
    }

    /// Any of the four kinds of string, from its first quote to behind its last.
    private mutating func skipString() {
        at = TOMLString.end(in: bytes, from: at)
    }

    // MARK: - Blanks

    private var current: UInt8? { at < bytes.count ? bytes[at] : nil }

    private var isSpace: Bool { current == 32 || current == 9 }

    private mutating func skipSpaces() {
        while isSpace { at += 1 }
    }

    /// Skips white space, line breaks and comments; false at the end of the text.
    private mutating func skipBlank() -> Bool {
        while let byte = current {
            switch byte {
            case 9, 10, 13, 32: at += 1
            case UInt8(ascii: "#"):
                while let byte = current, byte != 10 { at += 1 }
            default: return true
            }
        }
        return false
    }
}
