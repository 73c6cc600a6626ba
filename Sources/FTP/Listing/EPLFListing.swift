import FileModel

/// Easily Parsed LIST Format (D. J. Bernstein): `+i8388621.48594,m825718503,r,s280,<TAB>djb.html`.
///
/// Facts are a letter and a value: `/` a directory, `r` can be retrieved, `s` bytes, `m` seconds since 1970 UTC, `i` an
/// identity, `up` mode bits in octal. Whatever else there is means nothing here.
struct EPLFListing: ListingFamily {
    func parse(_ line: ArraySlice<UInt8>) throws(StorageError) -> [ListingLine]? {
        guard line.first == UInt8(ascii: "+"), let tab = line.firstIndex(of: 9) else { return nil }
        var attributes = FileAttributes(type: .special)
        var size: Int64?
        for fact in line[..<tab].dropFirst().split(separator: UInt8(ascii: ",")) {
            let value = fact.dropFirst()
            switch fact.first {
            case UInt8(ascii: "/"): attributes.type = .directory
            case UInt8(ascii: "r"): attributes.type = attributes.type == .directory ? .directory : .regular
            case UInt8(ascii: "s"): size = Digits.number(value).map(Int64.init)
            case UInt8(ascii: "m"): attributes.modified = Self.time(value)
            case UInt8(ascii: "i"): attributes.uniqueID = String(decoding: value.prefix(200), as: UTF8.self)
            case UInt8(ascii: "u") where value.first == UInt8(ascii: "p"):
                attributes.permissions = UInt16(String(decoding: value.dropFirst().prefix(8), as: UTF8.self), radix: 8)
                    .map { $0 & 0o7777 }
            default: break
            }
        }
        if attributes.type == .regular {
            attributes.size = size ?? 0
            attributes.hasExactSize = size != nil
        }
        return [try ListingLine(line[(tab + 1)...], attributes, in: line)]
    }

    private static func time(_ value: ArraySlice<UInt8>) -> ModificationTime? {
        // Up to the year 9999.
        guard let seconds = Digits.number(value), seconds < 253_402_300_800 else { return nil }
        // A moment in UTC, as MLSD tells it.
        return ModificationTime(Timestamp(seconds: Int64(seconds)), resolution: .second, source: .mlsd)
    }
}
