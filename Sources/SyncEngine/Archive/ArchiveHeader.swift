import FileModel

/// Which synchronisation an archive belongs to. If any of it differs, its records say nothing about the two sides.
public struct ArchiveIdentity: Hashable, Sendable {
    /// `Capabilities.identity`: server and account.
    public var server: String
    public var remoteRoot: String
    public var localRoot: String

    public init(server: String, remoteRoot: String, localRoot: String) {
        self.server = server
        self.remoteRoot = remoteRoot
        self.localRoot = localRoot
    }
}

/// What an archive remembers besides its records.
struct ArchiveHeader: Hashable, Sendable {
    var identity: ArchiveIdentity
    /// Eight hexadecimal digits that mark our own temporary files.
    var mark: String
    /// Of the local root.
    var localFolder: FolderIdentity?
    /// The number of the next operation; temporary names never repeat.
    var nextOperation: Int64 = 1
    /// The server refuses renames: files are written in place.
    var writesInPlace = false
    /// The server refuses to tell what it received.
    var isBlind = false
    /// A side refused to rename a folder: its files are renamed one by one.
    var refusesFolderRenames = false
    /// By how many milliseconds the server's clock was ahead of ours when it was measured; 0 where nobody knows.
    var clockSkew: Int64 = 0
    /// When that was tried last, in seconds since 1970.
    var clockMeasured: Int64?
    /// Runs that may have changed a record.
    var runs: Int64 = 0
    /// A run completed: from now on absence means deletion.
    var hasRun = false

    /// As rows of the table `header`.
    var fields: [(name: String, value: String)] {
        [
            ("server", identity.server), ("remote_root", identity.remoteRoot), ("local_root", identity.localRoot),
            ("mark", mark), ("device", Self.text(localFolder?.device)), ("inode", Self.text(localFolder?.inode)),
            ("birth", Self.text(localFolder?.birth)), ("next_operation", String(nextOperation)),
            ("writes_in_place", writesInPlace ? "1" : "0"), ("is_blind", isBlind ? "1" : "0"),
            ("has_run", hasRun ? "1" : "0"), ("runs", String(runs)),
            ("refuses_folder_renames", refusesFolderRenames ? "1" : "0"), ("clock_skew", String(clockSkew)),
            ("clock_measured", Self.text(clockMeasured)),
        ]
    }

    private static func text(_ number: (some BinaryInteger)?) -> String { number.map { String($0) } ?? "" }

    init(identity: ArchiveIdentity, mark: String) {
        self.identity = identity
        self.mark = mark
    }

    /// - Returns: nil when a field that every archive has is missing.
    init?(_ fields: [String: String]) {
        guard let server = fields["server"], let remoteRoot = fields["remote_root"],
            let localRoot = fields["local_root"], let mark = fields["mark"], mark.utf8.count == 8
        else { return nil }
        self.init(
            identity: ArchiveIdentity(server: server, remoteRoot: remoteRoot, localRoot: localRoot), mark: mark)
        localFolder = fields["device"].flatMap { UInt64($0) }.map { device in
            FolderIdentity(
                device: device, inode: fields["inode"].flatMap { UInt64($0) },
                birth: fields["birth"].flatMap { Int64($0) })
        }
        nextOperation = fields["next_operation"].flatMap { Int64($0) } ?? 1
        writesInPlace = fields["writes_in_place"] == "1"
        isBlind = fields["is_blind"] == "1"
        hasRun = fields["has_run"] == "1"
        refusesFolderRenames = fields["refuses_folder_renames"] == "1"
        clockSkew = fields["clock_skew"].flatMap { Int64($0) } ?? 0
        clockMeasured = fields["clock_measured"].flatMap { Int64($0) }
        runs = fields["runs"].flatMap { Int64($0) } ?? 0
    }
}
