public import FileModel

/// How a server is asked for checksums.
public struct SFTPFileChecks: Hashable, Sendable {
    var request = SFTPExtension.checkFileHandle
    public var algorithms = ChecksumAlgorithm.allCases
    /// Bytes behind each digest; nil: one digest of the whole file, since ProFTPD reads wrong pieces where a request is
    /// not about the whole.
    var blockSize: Int64?

    /// paramiko knows the request by the name of the extension, and goes astray in blocks that it does not read at once,
    /// 64 KiB.
    static let paramiko = SFTPFileChecks(
        request: .checkFile, algorithms: [.sha1, .md5], blockSize: 64 << 10)

    /// A thousand digests fit into any packet.
    func bytesPerRequest(_ size: Int64) -> Int64 { blockSize.map { $0 * 1000 } ?? size }
}
