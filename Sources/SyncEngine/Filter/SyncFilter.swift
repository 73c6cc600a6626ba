import FileModel
public import SyncCore

/// Which paths take part in a synchronisation.
public struct SyncFilter: Sendable {
    public var rules: [FilterRule] = []
    /// Name of the per-folder ignore file; empty for none.
    public var ignoreFile = ".syncignore"
    public var minimumSize: Int64?
    public var maximumSize: Int64?
    public var minimumAge: Duration?
    public var maximumAge: Duration?
    public var links = LinkPolicy.skip
    /// Files changed more recently than this are left for the next run.
    public var settle: Duration = .seconds(5)

    public init() {}
}

/// `SyncFilter` made ready for a run.
struct PathFilter: Sendable {
    let ignoreFileName: FileName?
    private let rules: FilterRules
    private let settings: SyncFilter
    private let excluded: Set<RemotePath>
    private let now: Timestamp

    /// - Parameter excluded: single paths that are never synchronised, such as the trigger file.
    init(_ settings: SyncFilter, excluded: Set<RemotePath>, now: Timestamp) {
        self.settings = settings
        self.excluded = excluded
        self.now = now
        rules = FilterRules(settings.rules)
        ignoreFileName = try? FileName(settings.ignoreFile)
    }

    /// - Parameter entries: what the sides show; sizes and ages of either side can leave a file out.
    func verdict(_ path: RemotePath, _ entries: Sides<Entry?>, isDirectory: Bool, _ ignored: IgnoreChain?)
        -> FilterVerdict
    {
        if excluded.contains(path) || ignored?.ignores(path, isDirectory: isDirectory) == true { return .exclude }
        let verdict = rules.verdict(path, isDirectory: isDirectory)
        guard verdict == .include, !isDirectory else { return verdict }
        return Side.allCases.contains { leavesOut(entries[$0]) } ? .exclude : .include
    }

    /// Why `verdict` leaves a path out, in words; nil where it does not.
    func exclusion(
        _ path: RemotePath, _ entries: Sides<Entry?>, isDirectory: Bool, _ ignored: IgnoreChain?
    ) -> String? {
        guard verdict(path, entries, isDirectory: isDirectory, ignored) == .exclude else { return nil }
        if excluded.contains(path) { return "it is the trigger file, which every run writes anew" }
        if let line = ignored?.ignoringLine(path, isDirectory: isDirectory) { return line }
        if let rule = rules.deciding(path, isDirectory: isDirectory) { return "the rule '\(rule)' leaves it out" }
        return Side.allCases.lazy.compactMap { side in limit(of: entries[side]).map { "\($0) on the \(side) side" } }
            .first
    }

    private func leavesOut(_ entry: Entry?) -> Bool { limit(of: entry) != nil }

    /// Which limit of size or age leaves a file out.
    private func limit(of entry: Entry?) -> String? {
        guard let entry, entry.type == .regular else { return nil }
        if let minimum = settings.minimumSize, entry.size < minimum { return "it is smaller than min_size" }
        if let maximum = settings.maximumSize, entry.size > maximum { return "it is larger than max_size" }
        guard let modified = entry.modified else { return nil }
        let age = now.duration(since: modified.time)
        if let minimum = settings.minimumAge, age < minimum { return "it is younger than min_age" }
        if let maximum = settings.maximumAge, age > maximum { return "it is older than max_age" }
        return nil
    }

    /// Whether the file may still be under way: changed just now, as far as the side tells times that finely.
    func isUnsettled(_ entry: Entry, _ calibration: Calibration) -> Bool {
        guard settings.settle > .zero, entry.type == .regular, let modified = entry.modified,
            modified.resolution <= .second
        else { return false }
        let age = now.duration(since: modified.time.advanced(by: calibration.offset ?? .zero))
        return age < settings.settle && age > .zero - settings.settle
    }
}
