import CCrypto
public import FileModel

/// The digest of content that comes in pieces.
public struct ContentDigest: ~Copyable {
    private var crc = CRC32()
    /// nil for CRC-32, which OpenSSL does not have.
    private let context: OpaquePointer?

    /// - Returns: nil where the system's policy forbids the algorithm (FIPS and MD5).
    public init?(_ algorithm: ChecksumAlgorithm) {
        guard let type = Self.type(algorithm) else {
            context = nil
            return
        }
        let context = EVP_MD_CTX_new()
        guard EVP_DigestInit_ex(context, type, nil) == 1 else {
            EVP_MD_CTX_free(context)
            return nil
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    private static func type(_ algorithm: ChecksumAlgorithm) -> OpaquePointer? {
        switch algorithm {
        case .sha512: EVP_sha512()
        case .sha256: EVP_sha256()
        case .sha1: EVP_sha1()
        case .md5: EVP_md5()
        case .crc32: nil
        }
    }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        if let context { EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) } else { crc.update(bytes) }
    }

    public consuming func finish() -> [UInt8] {
        guard let context else { return crc.bytes }
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        EVP_DigestFinal_ex(context, &digest, &length)
        return Array(digest.prefix(Int(length)))
    }

    /// The digest of content that is at hand as a whole.
    public static func of(_ bytes: some Sequence<UInt8>, _ algorithm: ChecksumAlgorithm) -> [UInt8]? {
        guard var digest = ContentDigest(algorithm) else { return nil }
        Array(bytes).withUnsafeBytes { digest.update($0) }
        return digest.finish()
    }
}
