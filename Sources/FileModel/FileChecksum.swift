/// How a digest of a file's content is computed, the strongest first.
public enum ChecksumAlgorithm: String, Hashable, Sendable, Codable, CaseIterable {
    case sha512, sha256, sha1, md5, crc32

    /// Bytes of a digest.
    public var length: Int {
        switch self {
        case .sha512: 64
        case .sha256: 32
        case .sha1: 20
        case .md5: 16
        case .crc32: 4
        }
    }
}

/// What a server computed of a file's content.
public struct FileChecksum: Hashable, Sendable {
    public var algorithm: ChecksumAlgorithm
    /// Bytes of content behind each digest; the last may be of fewer.
    public var blockSize: Int64
    public var digests: [[UInt8]]

    public init(_ algorithm: ChecksumAlgorithm, blockSize: Int64, digests: [[UInt8]]) {
        self.algorithm = algorithm
        self.blockSize = blockSize
        self.digests = digests
    }

    /// How long a server may be silent while it computes: a minute, and longer where a disk of 10 MiB a second would
    /// take longer.
    public static func patience(forBytes count: Int64) -> Duration { .seconds(60 + count / (10 << 20)) }
}
