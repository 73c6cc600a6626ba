public import FileModel

/// Which names a side can hold.
public struct NameLimits: Hashable, Sendable {
    /// Bytes of one name.
    public var maximumLength: Int
    public var allowsLineBreaks: Bool
    public var requiresUTF8: Bool
    public var folding: NameFolding

    public init(
        maximumLength: Int = 255, allowsLineBreaks: Bool = true, requiresUTF8: Bool = false,
        folding: NameFolding = .none
    ) {
        self.maximumLength = maximumLength
        self.allowsLineBreaks = allowsLineBreaks
        self.requiresUTF8 = requiresUTF8
        self.folding = folding
    }

    /// Why the side cannot hold the name, as the end of a sentence; nil when it can.
    public func obstacle(to name: FileName) -> String? {
        if name.bytes.count > maximumLength {
            return "is \(name.bytes.count) bytes long, and the other side takes \(maximumLength)"
        }
        if !allowsLineBreaks, name.holdsLineBreak { return "holds a line break, which the other side cannot express" }
        if requiresUTF8, String(validating: name.bytes, as: UTF8.self) == nil {
            return "is not UTF-8, which the other side requires"
        }
        return nil
    }
}

/// Which names a side takes for one and the same.
public enum NameFolding: String, Hashable, Sendable, Codable {
    case none
    /// Upper and lower case are one.
    case caseInsensitive = "case"
    /// Composed and decomposed characters are one (Unicode NFC).
    case normalization = "nfc"
    case both

    /// Equal keys mean names that collide. A Swift string compares by canonical equivalence, which is NFC folding.
    public func key(_ name: FileName) -> FoldedName {
        switch self {
        case .none: .bytes(name.bytes)
        case .caseInsensitive: .bytes(Array(name.string.lowercased().utf8))
        case .normalization: .canonical(name.string)
        case .both: .canonical(name.string.lowercased())
        }
    }
}

/// A name as a folding side sees it.
public enum FoldedName: Hashable, Sendable {
    case bytes([UInt8])
    case canonical(String)
}
