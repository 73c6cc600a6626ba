import FileModel

/// The result of holding an entry of one side against one of the other.
public enum CrossComparison: Hashable, Sendable {
    case equal
    case different
    /// Of equal size, and no times to tell them apart: only the content can.
    case undecided

    /// - Parameter comparesSizes: whether files of different sizes differ.
    public init(_ entries: Sides<Entry>, _ calibration: Sides<Calibration>, comparesSizes: Bool = true) {
        let (local, remote) = (entries.local, entries.remote)
        if local.type != remote.type {
            self = .different
        } else if local.type == .directory {
            self = .equal
        } else if local.size != remote.size, comparesSizes || local.type == .symbolicLink {
            self = .different
        } else if local.type == .symbolicLink {
            self = .undecided
        } else if local.size == 0, remote.size == 0 {
            self = .equal
        } else {
            self = Self.byTime(entries, calibration)
        }
    }

    private static func byTime(_ entries: Sides<Entry>, _ calibration: Sides<Calibration>) -> CrossComparison {
        switch CrossAge(entries, calibration) {
        case .same: .equal
        case .localNewer, .remoteNewer: .different
        case .incomparable: .undecided
        }
    }
}

/// Which of two entries of different sides is the newer one.
public enum CrossAge: Hashable, Sendable {
    case localNewer, remoteNewer
    /// No further apart than the window.
    case same
    case incomparable

    public init(_ entries: Sides<Entry>, _ calibration: Sides<Calibration>) {
        guard let local = entries.local.modified, let remote = entries.remote.modified,
            case .within(let window) = ComparisonWindow.covering(
                ComparisonWindow(local, calibration.local), ComparisonWindow(remote, calibration.remote)),
            Self.isRepresentable(local, remote), Self.isRepresentable(remote, local)
        else {
            self = .incomparable
            return
        }
        let localTime = local.time.advanced(by: calibration.local.offset ?? .zero)
        let remoteTime = remote.time.advanced(by: calibration.remote.offset ?? .zero)
        let distance = localTime.duration(since: remoteTime)
        if distance > window {
            self = .localNewer
        } else if distance < .zero - window {
            self = .remoteNewer
        } else {
            self = .same
        }
    }

    /// SFTP version 3 tells times as unsigned 32-bit seconds, so a copy of a file outside that range cannot match.
    private static func isRepresentable(_ time: ModificationTime, _ other: ModificationTime) -> Bool {
        other.source != .sftp || (0..<(1 << 32)).contains(time.time.seconds)
    }
}
