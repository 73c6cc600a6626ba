public import FileModel

/// The name under which the loser of a conflict is kept: `stem.sync-conflict-YYYYMMDD-HHMMSS-side.ext`.
public enum ConflictCopyName {
    private static let marker = Array(".sync-conflict-".utf8)
    private static let dot = UInt8(ascii: ".")

    /// - Parameters:
    ///   - origin: the side that the content comes from.
    ///   - attempt: 1 for the plain name; 2 and up add `-2`… where the name is taken.
    ///   - maximumLength: of the result, in bytes; the stem is shortened to fit, the extension kept.
    public static func make(
        for name: FileName, from origin: Side, at time: Timestamp, attempt: Int = 1, maximumLength: Int = 255
    ) -> FileName {
        let (stem, suffix) = split(name.bytes)
        var middle = marker + Array("\(UTCStamp(time))-\(origin.rawValue)".utf8)
        if attempt > 1 { middle += Array("-\(attempt)".utf8) }
        let room = max(0, maximumLength - middle.count - suffix.count)
        let bytes = Array(wholeCharacters(stem.prefix(room))) + middle + suffix
        return (try? FileName(bytes)) ?? name
    }

    /// A conflict copy never makes another: its own conflicts are settled in place.
    public static func isConflictCopy(_ name: FileName) -> Bool {
        let bytes = name.bytes
        guard bytes.count >= marker.count + 15 else { return false }
        return (0...(bytes.count - marker.count - 15)).contains { start in
            bytes[start...].starts(with: marker) && isStamp(bytes[(start + marker.count)...].prefix(15))
        }
    }

    private static func isStamp(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.count == 15
            && bytes.enumerated().allSatisfy { index, byte in
                index == 8 ? byte == UInt8(ascii: "-") : (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
    }

    /// The name without and with its last extension; a leading dot starts no extension, a very long one is none.
    private static func split(_ name: [UInt8]) -> (stem: ArraySlice<UInt8>, suffix: ArraySlice<UInt8>) {
        guard let last = name.lastIndex(of: dot), last > 0, name.count - last <= 32 else { return (name[...], []) }
        return (name[..<last], name[last...])
    }

    /// Drops the bytes of a UTF-8 character that was cut in the middle.
    private static func wholeCharacters(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var continuation = 0
        for byte in bytes.reversed().prefix(4) {
            if byte & 0xC0 == 0x80 {
                continuation += 1
            } else {
                let expected = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : byte >= 0xC0 ? 1 : 0
                return expected > continuation ? bytes.dropLast(continuation + 1) : bytes
            }
        }
        return bytes
    }
}
