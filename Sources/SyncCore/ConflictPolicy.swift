/// Who keeps the name when both sides changed a file. The loser becomes a conflict copy on both sides.
public enum ConflictPolicy: String, Hashable, Sendable, Codable, CaseIterable {
    case newer, older, larger, smaller, local, remote
    /// The local file keeps the name.
    case keepBoth = "keep-both"
    /// Both stay as they are, and the conflict is reported.
    case skip

    public var swapped: ConflictPolicy {
        switch self {
        case .local: .remote
        case .remote: .local
        default: self
        }
    }
}

extension ConflictPolicy {
    /// Whether the times of the files decide.
    public var comparesTimes: Bool { self == .newer || self == .older }
}

public enum Conflict {
    /// The side whose content keeps the name; nil for `.skip`. A tie goes to the local side.
    ///
    /// Both were edited since the last run, so each time is taken as its side's clock gave it, and wrong by as much.
    public static func winner(
        _ policy: ConflictPolicy, _ entries: Sides<Entry>, _ calibration: Sides<Calibration>
    ) -> Side? {
        let clocks = Sides(local: calibration.local.correctingClock, remote: calibration.remote.correctingClock)
        return switch policy {
        case .skip: nil
        case .local, .keepBoth: .local
        case .remote: .remote
        case .newer: CrossAge(entries, clocks) == .remoteNewer ? .remote : .local
        case .older: CrossAge(entries, clocks) == .localNewer ? .remote : .local
        case .larger: entries.remote.size > entries.local.size ? .remote : .local
        case .smaller: entries.remote.size < entries.local.size ? .remote : .local
        }
    }
}
