public import FileModel

/// What a user chose, and what is known of the sides, as far as deciding about one path depends on it.
public struct ReconcileRules: Hashable, Sendable {
    public var mode: SyncMode
    public var conflict: ConflictPolicy
    public var deletes: DeleteMode
    public var links: LinkPolicy
    public var overwrite: OverwritePolicy
    public var calibration: Sides<Calibration>
    /// No archive: nothing is ever deleted.
    public var isFirstRun: Bool
    /// Content is compared only up to this many bytes.
    public var contentLimit: Int64
    /// Whether files of different sizes differ: not where line ends are converted on the way.
    public var comparesSizes = true
    public var now: Timestamp

    public init(
        mode: SyncMode = .twoWay, conflict: ConflictPolicy = .newer, deletes: DeleteMode = .trash,
        links: LinkPolicy = .skip, overwrite: OverwritePolicy = .ifDifferent,
        calibration: Sides<Calibration> = Sides(local: .exact, remote: .exact), isFirstRun: Bool = false,
        contentLimit: Int64 = 16 << 20, now: Timestamp
    ) {
        self.mode = mode
        self.conflict = conflict
        self.deletes = deletes
        self.links = links
        self.overwrite = overwrite
        self.calibration = calibration
        self.isFirstRun = isFirstRun
        self.contentLimit = contentLimit
        self.now = now
    }

    /// The same rules seen from the other side.
    public var swapped: ReconcileRules {
        var result = self
        result.mode = mode.swapped
        result.conflict = conflict.swapped
        result.calibration = calibration.swapped
        return result
    }
}
