public import FileModel

/// What a server can do, as data: nobody above asks for its protocol.
public struct Capabilities: Hashable, Sendable {
    public var family: ProtocolFamily
    /// Reads may go anywhere and overlap; otherwise a reader is one stream that restarts to seek.
    public var randomRead: Bool
    /// An open reader sees what is added to the file later.
    public var readersSeeGrowth: Bool
    /// Writes may go anywhere; otherwise a writer is one stream from its start to its end.
    public var randomWrite: Bool
    /// A rename replaces its target in one step.
    public var atomicReplace: Bool
    public var symbolicLinks: Bool
    public var hardLinks: Bool
    public var permissions: Bool
    public var ownership: Bool
    /// The size of an existing file can be set.
    public var truncation: Bool
    public var synchronization: Bool
    public var statistics: Bool
    /// A stream can start in mid-file (FTP REST).
    public var resumableRead: Bool
    public var resumableWrite: Bool
    /// What a file that was cut short while it was written may lack before its end; nil where files grow in order.
    public var gaps: WriteGaps?
    /// The size that is told of a file is the number of bytes that reading it delivers and writing it took. Where line
    /// ends are converted on the way (FTP TYPE A), sizes tell no more than that a file has changed.
    public var exactSizes: Bool
    /// How the modification time of a file is set; nil when it cannot be.
    public var modificationTimeSetter: ModificationTimeSetter?
    /// How listings tell times.
    public var listingTime: TimeSource
    public var listingResolution: TimeResolution
    /// Names may be any bytes but `/` and NUL; otherwise CR and LF are refused.
    public var lineBreaksInNames: Bool
    public var maximumNameLength: Int
    /// Bytes that one read or write carries best.
    public var blockSize: Int
    /// Bytes that a writer takes before the server has them, at most.
    public var writeWindow: Int
    /// Files that can be open at the same time on one connection.
    public var streamsPerConnection: Int
    /// Files that may be read, and written, at the same time; more would wait for each other.
    public var maximumDownloads: Int
    public var maximumUploads: Int
    /// What the server itself computes of files, the strongest first; see `RemoteFileSystem.checksum`.
    public var checksums: [ChecksumAlgorithm]
    /// Stable name of the server and account, for archives and locks: `sftp://user@host:22`.
    public var identity: String

    public init(family: ProtocolFamily, identity: String) {
        self.family = family
        self.identity = identity
        randomRead = false
        readersSeeGrowth = true
        randomWrite = false
        atomicReplace = false
        symbolicLinks = false
        hardLinks = false
        permissions = false
        ownership = false
        truncation = false
        synchronization = false
        statistics = false
        resumableRead = false
        resumableWrite = false
        gaps = nil
        exactSizes = true
        checksums = []
        modificationTimeSetter = nil
        listingTime = family == .sftp ? .sftp : .list
        listingResolution = family == .sftp ? .second : .minute
        lineBreaksInNames = family == .sftp
        maximumNameLength = 255
        blockSize = 256 * 1024
        writeWindow = 0
        streamsPerConnection = 1
        maximumDownloads = .max
        maximumUploads = .max
    }
}

/// Where a file that was written from its start to its end, but not to the end, may have gaps.
public struct WriteGaps: Hashable, Sendable {
    /// Smaller files have none, if their size was known (`expectedSize`).
    public var smallestFile: Int64
    /// Bytes from the start that are written in order.
    public var orderedStart: Int64
    /// Beyond them, gaps are among the last bytes of the file, at most so many.
    public var span: Int64

    public init(smallestFile: Int64, orderedStart: Int64, span: Int64) {
        self.smallestFile = smallestFile
        self.orderedStart = orderedStart
        self.span = span
    }

    /// Bytes from the start that are there without a gap.
    ///
    /// - Parameters:
    ///   - size: of the file that was cut short.
    ///   - whole: the size that it was to have.
    public func unbroken(of size: Int64, in whole: Int64) -> Int64 {
        if whole < smallestFile || size <= orderedStart { return size }
        return max(0, size - span)
    }
}

public enum ModificationTimeSetter: String, Hashable, Sendable, Codable {
    case setstat, mfmt, mdtm, utime
}
