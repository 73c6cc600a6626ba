import FileModel
import SyncCore

/// Short words for the states that the tables speak of.
enum Samples {
    static let lastRun = Timestamp(seconds: 1_700_000_000)
    static let now = Timestamp(seconds: 1_700_100_000)

    static func local(_ size: Int64 = 10, at seconds: Int64 = 1_699_000_000, _ type: FileType = .regular) -> Entry {
        Entry(
            type: type, size: size,
            modified: ModificationTime(Timestamp(seconds: seconds), resolution: .nanosecond, source: .local))
    }

    static func remote(
        _ size: Int64 = 10, at seconds: Int64 = 1_699_000_000, _ type: FileType = .regular,
        source: TimeSource = .sftp, resolution: TimeResolution = .second
    ) -> Entry {
        Entry(
            type: type, size: size,
            modified: ModificationTime(Timestamp(seconds: seconds), resolution: resolution, source: source))
    }

    static let directory = Entry(type: .directory)

    static func record(_ local: Entry?, _ remote: Entry?, _ state: Record.State = .clean) -> Record {
        Record(local: local, remote: remote, syncedAt: lastRun, state: state)
    }

    static func rules(_ mode: SyncMode = .twoWay) -> ReconcileRules { ReconcileRules(mode: mode, now: now) }
}
