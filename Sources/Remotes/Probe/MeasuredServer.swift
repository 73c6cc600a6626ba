public import FTP

/// What a probe has measured of a server: facts that were seen to hold, not what the server says of itself.
public struct MeasuredServer: Codable, Hashable, Sendable {
    /// FTP only.
    public var listing: ListingMeasurement?
    /// `mfmt`, `mdtm`, `utime` or `setstat`; nil: file times cannot be set.
    public var timeSetter: String?
    /// Seconds; nil: unknown.
    public var timeResolution: Int?
    /// Data connections are refused unless they resume the control connection's TLS session; nil without TLS.
    public var needsResumption: Bool?
    /// A plain rename replaces an existing file.
    public var renamesOver = false
    /// SFTP: posix-rename does.
    public var replacesAtomically = false
    /// A download from the middle of a file begins there.
    public var readsFromOffset = false
    /// An upload from the end of a file on continues it (FTP: REST and STOR).
    public var writesAtOffset = false
    /// FTP: APPE.
    public var appends = false
    public var foldsCase = false
    /// The two spellings of an accented letter (NFC, NFD) are one name.
    public var foldsUnicode = false
    /// SFTP, sorted.
    public var extensions: [String] = []
    /// Bytes of one SFTP read.
    public var blockSize: Int?
    /// Sessions that were open at the same time.
    public var sessions = 1
    /// Whether the server refused one more.
    public var isLimited = false
    /// Seconds of silence after which the server hung up; nil: it was not asked, or outlasted the wait.
    public var idleSeconds: Int?

    public init() {}
}
