import FileModel

/// Lines of MLSD and MLST: `fact=value;fact=value; name` (RFC 3659 §7.2).
enum MachineListing {
    /// - Throws: `.protocolViolation` for a line without facts or with a name that cannot be one.
    static func parse(_ line: ArraySlice<UInt8>) throws(StorageError) -> ListingLine {
        let (facts, nameBytes) = try split(line)
        if facts.isSelf || isSelfOrParent(nameBytes) { return .directoryItself }
        do throws(StorageError) {
            return .entry(DirectoryEntry(name: try FileName(nameBytes), attributes: facts.attributes))
        } catch {
            throw unreadableListing(line, error.message)
        }
    }

    private static func isSelfOrParent(_ name: ArraySlice<UInt8>) -> Bool {
        (1...2).contains(name.count) && name.allSatisfy { $0 == UInt8(ascii: ".") }
    }

    /// The attributes in a 250 reply to MLST; its name is whatever the server likes to call the path.
    static func parse(_ reply: Reply) throws(StorageError) -> MachineFacts {
        // Between the first and the last line; some servers put everything in one.
        let lines = reply.lines.count > 2 ? reply.lines[1..<(reply.lines.count - 1)] : reply.lines[...]
        guard let line = lines.first(where: { $0.contains(UInt8(ascii: "=")) }) else {
            throw StorageError(.protocolViolation, "the server's answer to MLST holds no facts: \(reply)")
        }
        return try split(line.drop { $0 == 32 }).facts
    }

    private static func split(_ line: ArraySlice<UInt8>) throws(StorageError) -> (
        facts: MachineFacts, name: ArraySlice<UInt8>
    ) {
        guard let end = endOfFacts(line) else { throw unreadableListing(line) }
        var facts = MachineFacts()
        var start = line.startIndex
        while start < end {
            let fact = line[start..<end].prefix { $0 != UInt8(ascii: ";") }
            if let equals = fact.firstIndex(of: UInt8(ascii: "=")) {
                facts.set(fact[..<equals], fact[(equals + 1)...])
            }
            start = fact.endIndex + 1
        }
        return (facts, line[(end + 1)...])
    }

    /// The space before the name: after the first "; ", since values may hold spaces against the RFC, and names may
    /// hold anything.
    private static func endOfFacts(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8>.Index? {
        if line.first == 32 { return line.startIndex }
        var previous: UInt8 = 0
        for index in line.indices {
            if line[index] == 32 && previous == UInt8(ascii: ";") { return index }
            previous = line[index]
        }
        guard let space = line.firstIndex(of: 32), line[..<space].contains(UInt8(ascii: "=")) else { return nil }
        return space
    }
}

/// The facts of one entry (RFC 3659 §7.5, and the UNIX.* facts that servers add).
struct MachineFacts: Equatable {
    var type: FileType?
    /// `type=cdir` or `pdir`: the listed directory itself or its parent.
    var isSelf = false
    var size: Int64?
    var modified: ModificationTime?
    var mode: UInt16?
    var owner: UInt32?
    var group: UInt32?
    var unique: String?

    /// Digits, before which pyftpdlib puts Python's `0o`.
    private static func octal(_ value: ArraySlice<UInt8>) -> UInt16? {
        let digits = value.starts(with: "0o".utf8) ? value.dropFirst(2) : value
        guard (1...7).contains(digits.count) else { return nil }
        var mode = 0
        for digit in digits {
            guard (48...55).contains(digit) else { return nil }
            mode = mode * 8 + Int(digit - 48)
        }
        return UInt16(exactly: mode).map { $0 & 0o7777 }
    }

    mutating func set(_ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) {
        switch true {
        case name.says("type"): setType(value)
        case name.says("size"), name.says("sizd"): size = Digits.number(value).map(Int64.init)
        case name.says("modify"): modified = TimeValue.parse(value, source: .mlsd)
        case name.says("unique"): unique = value.isEmpty ? nil : String(decoding: value.prefix(200), as: UTF8.self)
        case name.says("unix.mode"): mode = Self.octal(value)
        case name.says("unix.owner"), name.says("unix.uid"):
            owner = Digits.number(value).flatMap { UInt32(exactly: $0) }
        case name.says("unix.group"), name.says("unix.gid"):
            group = Digits.number(value).flatMap { UInt32(exactly: $0) }
        default: break
        }
    }

    private mutating func setType(_ value: ArraySlice<UInt8>) {
        switch true {
        case value.says("file"): type = .regular
        case value.says("dir"): type = .directory
        case value.says("cdir"), value.says("pdir"):
            type = .directory
            isSelf = true
        case value.prefix(13).says("os.unix=slink"), value.prefix(15).says("os.unix=symlink"): type = .symbolicLink
        default: type = .special
        }
    }

    /// A link's `unique` is left out: servers give it that of its target.
    var attributes: FileAttributes {
        let type = type ?? .regular
        var attributes = FileAttributes(
            type: type, size: type == .directory ? 0 : size ?? 0, modified: modified, permissions: mode, owner: owner,
            group: group, uniqueID: type == .symbolicLink ? nil : unique)
        // Missing, or no number that a file can have.
        attributes.hasExactSize = type != .regular || size != nil
        return attributes
    }
}

extension ArraySlice<UInt8> {
    /// Whether these are the letters of `word`, which is in lower case, in either case.
    fileprivate func says(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        var expected = word.utf8Start
        for byte in self {
            guard ((65...90).contains(byte) ? byte + 32 : byte) == expected.pointee else { return false }
            expected += 1
        }
        return true
    }
}
