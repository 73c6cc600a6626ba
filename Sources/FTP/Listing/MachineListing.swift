import FileModel

/// Lines of MLSD and MLST: `fact=value;fact=value; name` (RFC 3659 §7.2).
enum MachineListing {
    /// - Throws: `.protocolViolation` for a line without facts or with a name that cannot be one.
    static func parse(_ line: ArraySlice<UInt8>) throws(StorageError) -> ListingLine {
        let (facts, nameBytes) = try split(line)
        guard !facts.isSelf, !nameBytes.elementsEqual([46]), !nameBytes.elementsEqual([46, 46]) else {
            return .directoryItself
        }
        do throws(StorageError) {
            return .entry(DirectoryEntry(name: try FileName(nameBytes), attributes: facts.attributes))
        } catch {
            throw unreadableListing(line, error.message)
        }
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
        for fact in line[..<end].split(separator: UInt8(ascii: ";")) {
            guard let equals = fact.firstIndex(of: UInt8(ascii: "=")) else { continue }
            facts.set(fact[..<equals], fact[(equals + 1)...])
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
        let text = String(decoding: value.prefix(8), as: UTF8.self)
        return UInt16(text.hasPrefix("0o") ? text.dropFirst(2) : text[...], radix: 8).map { $0 & 0o7777 }
    }

    mutating func set(_ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) {
        switch Self.lowercased(name) {
        case "type": setType(Self.lowercased(value))
        case "size", "sizd": size = Digits.number(value).map(Int64.init)
        case "modify": modified = TimeValue.parse(value, source: .mlsd)
        case "unique": unique = value.isEmpty ? nil : String(decoding: value.prefix(200), as: UTF8.self)
        case "unix.mode": mode = Self.octal(value)
        case "unix.owner", "unix.uid": owner = Digits.number(value).flatMap { UInt32(exactly: $0) }
        case "unix.group", "unix.gid": group = Digits.number(value).flatMap { UInt32(exactly: $0) }
        default: break
        }
    }

    private mutating func setType(_ value: String) {
        switch value {
        case "file": type = .regular
        case "dir": type = .directory
        case "cdir", "pdir":
            type = .directory
            isSelf = true
        case _ where value.hasPrefix("os.unix=slink") || value.hasPrefix("os.unix=symlink"): type = .symbolicLink
        default: type = .special
        }
    }

    private static func lowercased(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix(24).map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
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
