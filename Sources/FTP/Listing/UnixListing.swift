import FileModel

/// Lines as `ls -l` writes them: `-rw-r--r--   1 owner group   1234 Nov 21 04:04 name`.
///
/// The words before the date differ between servers (no group, names with spaces, device numbers), so the date is
/// looked for and the rest is read from there.
struct UnixListing: ListingFamily {
    let clock: ListingClock

    func parse(_ line: ArraySlice<UInt8>) throws(StorageError) -> [ListingLine]? {
        guard let type = Self.type(line) else { return nil }
        let fields = Fields(line)
        guard fields.count >= 6 else { return nil }
        guard let date = ListedDateFinder(clock: clock).find(fields) else {
            // Permissions, links, owner, group, size: most often the date comes after these.
            let words = min(clock.pattern?.wordCount ?? 3, fields.count - 5)
            throw unreadableDate(fields.words(5..<5 + words), line, clock.pattern)
        }
        let text = line[date.end...].dropFirst()
        let size = type == .directory || type == .special ? 0 : try listedSize(fields[date.firstField - 1], line)
        let name = type == .symbolicLink ? Self.linkName(text, targetLength: size) : text
        var attributes = FileAttributes(type: type, size: Int64(size), modified: date.time)
        attributes.permissions = Self.permissions(line.dropFirst().prefix(9))
        setOwners(&attributes, fields, before: date.firstField)
        return [try ListingLine(name, attributes, in: line)]
    }

    /// The first letter, when nine permission letters follow it.
    private static func type(_ line: ArraySlice<UInt8>) -> FileType? {
        let letters = line.dropFirst().prefix(9)
        guard letters.count == 9, letters.allSatisfy({ "rwxsStTlL-".utf8.contains($0) }) else { return nil }
        switch line.first {
        case UInt8(ascii: "-"): return .regular
        case UInt8(ascii: "d"): return .directory
        case UInt8(ascii: "l"): return .symbolicLink
        case .some(let letter) where "bcpsDCnPw".utf8.contains(letter): return .special
        default: return nil
        }
    }

    /// `rwsr-x--t` as mode bits (ls(1): s and S are set-id, t and T sticky, capitals without the x).
    static func permissions(_ letters: ArraySlice<UInt8>) -> UInt16 {
        var mode: UInt16 = 0
        for (position, letter) in letters.enumerated() {
            let bit = UInt16(1) << UInt16(8 - position)
            let special = UInt16(0o4000) >> UInt16(position / 3)
            switch letter {
            case UInt8(ascii: "-"): break
            case UInt8(ascii: "s"), UInt8(ascii: "t"): mode |= bit | special
            case UInt8(ascii: "S"), UInt8(ascii: "T"), UInt8(ascii: "l"), UInt8(ascii: "L"): mode |= special
            default: mode |= bit
            }
        }
        return mode
    }

    /// Cuts ` -> target` off. Where the arrow occurs more than once, the target is the one as long as the link's size.
    static func linkName(_ text: ArraySlice<UInt8>, targetLength: Int) -> ArraySlice<UInt8> {
        let arrow = Array(" -> ".utf8)
        var first: ArraySlice<UInt8>?
        for index in text.indices where text[index...].starts(with: arrow) {
            let name = text[..<index]
            if text.endIndex - (index + arrow.count) == targetLength { return name }
            first = first ?? name
        }
        return first ?? text
    }

    private func setOwners(_ attributes: inout FileAttributes, _ fields: Fields, before date: Int) {
        guard date >= 5, fields[0].count <= 11 else { return }
        attributes.owner = Digits.number(fields[2]).flatMap { UInt32(exactly: $0) }
        attributes.group = Digits.number(fields[3]).flatMap { UInt32(exactly: $0) }
        attributes.linkCount = Digits.number(fields[1]).flatMap { UInt32(exactly: $0) }
    }
}
