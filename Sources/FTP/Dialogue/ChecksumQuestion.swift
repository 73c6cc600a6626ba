public import FileModel

/// One of the ways to ask a server for a checksum, as FEAT lists them.
struct ChecksumQuestion: Hashable, Sendable {
    /// `HASH` (draft-bryan-ftpext-hash-02), or one of the older commands that no document defines.
    let verb: String
    let algorithm: ChecksumAlgorithm

    static let hash = "HASH"

    /// The algorithm as HASH calls it.
    var hashName: String {
        switch algorithm {
        case .sha512: "SHA-512"
        case .sha256: "SHA-256"
        case .sha1: "SHA-1"
        case .md5: "MD5"
        case .crc32: "CRC32"
        }
    }

    static let olderVerbs: [ChecksumAlgorithm: [String]] = [
        .sha512: ["XSHA512"], .sha256: ["XSHA256"], .sha1: ["XSHA1", "XSHA"], .md5: ["XMD5"], .crc32: ["XCRC"],
    ]

    /// - Returns: nil for a name that the older commands cannot say: they take quotes around one with spaces.
    func command(_ path: RemotePath) throws(StorageError) -> Command? {
        if verb == Self.hash { return try Command(verb, path) }
        let (space, quote) = (UInt8(ascii: " "), UInt8(ascii: "\""))
        guard !path.absolute.contains(quote) else { return nil }
        guard path.absolute.contains(space) else { return try Command(verb, path) }
        return try Command(verb, [quote] + path.absolute + [quote])
    }
}

extension FeatureSet {
    /// The ways to ask for a checksum, that of the strongest algorithm first.
    var checksumQuestions: [ChecksumQuestion] {
        let names = Set(parameters(of: ChecksumQuestion.hash).flatMap(Self.hashNames))
        return ChecksumAlgorithm.allCases.flatMap { algorithm in
            let hash = ChecksumQuestion(verb: ChecksumQuestion.hash, algorithm: algorithm)
            let older = ChecksumQuestion.olderVerbs[algorithm, default: []].filter { has($0) }
            return (names.contains(hash.hashName) ? [hash] : [])
                + older.map { ChecksumQuestion(verb: $0, algorithm: algorithm) }
        }
    }

    /// The names in `CRC32;MD5;SHA-1*;SHA-256`, where the star marks what is chosen.
    private static func hashNames(_ list: String) -> [String] {
        list.uppercased().split(separator: ";").map { name in name.filter { $0 != "*" && $0 != " " } }
    }

    /// What the server computes of files, the strongest first.
    public var checksums: [ChecksumAlgorithm] {
        let offered = Set(checksumQuestions.map(\.algorithm))
        return ChecksumAlgorithm.allCases.filter(offered.contains)
    }
}
