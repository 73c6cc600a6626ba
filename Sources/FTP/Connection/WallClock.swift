import FileModel

/// The clock of a server whose MDTM tells what its wall shows, measured once: by how much it is ahead of UTC.
public struct WallClock: Codable, Hashable, Sendable {
    /// Seconds since 1970 on the server's wall.
    public var wall: Int64
    /// Seconds; whole quarters of an hour.
    public var offset: Int

    public init(wall: Int64, offset: Int) {
        self.wall = wall
        self.offset = offset
    }
}

extension ServerMemory {
    /// Starts from what an earlier program learned from an upload. Without it, a program that uploads nothing would
    /// take the wall's time for UTC, and all files for changed.
    public func assume(_ clock: WallClock) {
        self[\.tellsWallTimeInMDTM] = true
        self[\.isClockAssumed] = true
        calibrate(ZoneCalibration.Sample(wall: clock.wall, offset: clock.offset))
    }

    /// Whether an upload is still to tell how MDTM compares with UTC.
    var awaitsClock: Bool { self[\.tellsWallTimeInMDTM] == nil || self[\.isClockAssumed] }
}

/// A file that this client uploaded, whose time the server took from its own clock.
struct UploadWitness: Hashable, Sendable {
    /// Where it is now.
    var path: RemotePath
    let moment: Timestamp

    /// Whether it is likely still the file that was uploaded.
    var isFresh: Bool { Timestamp.now().seconds - moment.seconds < 3600 }

    /// Seconds that the server's clock may be wrong, without being taken for another zone.
    static let tolerance: Int64 = 360
}

/// The last uploads of all connections to a server. The time of each is set by whoever uploaded it, and may only be
/// set once it has told the clock; so one witness for all would not do.
struct UploadWitnesses: Hashable, Sendable {
    private static let most = 32
    private var recent: [UploadWitness] = []

    mutating func add(_ witness: UploadWitness) {
        recent.removeAll { $0.path == witness.path }
        recent.append(witness)
        if recent.count > Self.most { recent.removeFirst() }
    }

    mutating func rename(_ source: RemotePath, to target: RemotePath) {
        for index in recent.indices where recent[index].path == source { recent[index].path = target }
    }

    mutating func remove(_ path: RemotePath) { recent.removeAll { $0.path == path } }

    func witness(at path: RemotePath) -> UploadWitness? { recent.last { $0.path == path } }
    func witness(in directory: RemotePath) -> UploadWitness? { recent.last { $0.path.parent == directory } }
}
