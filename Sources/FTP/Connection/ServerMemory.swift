import FileModel
import Synchronization

/// What connections to one server have found out about it, so that the next need not ask again.
public final class ServerMemory: Sendable {
    struct Facts {
        /// EPSV was refused, or the port it named could not be reached.
        var withoutExtendedPassive = false
        /// The port of `active_ports` to try next: one that was just used may still be held by the server's side.
        var nextActivePort: Int?
        /// `LIST -a` showed the directory itself.
        var listsAll: Bool?
        /// Whether REST is understood, where FEAT does not say.
        var restarts: Bool?
        /// MLSD was refused although FEAT named it, or FEAT did not name it.
        var withoutMachineListings = false
        var timeSetter = TimeSetterState.untried
        /// How LIST times compare with UTC.
        var zone = ZoneCalibration()
        /// Whether MDTM tells what the wall shows, in place of UTC; nil when nobody knows.
        var tellsWallTimeInMDTM: Bool?
        /// `tellsWallTimeInMDTM` is what an earlier program found; the next upload says whether it still holds.
        var isClockAssumed = false
        /// Files uploaded not long ago, until they have told what there is to learn.
        var witnesses = UploadWitnesses()
        var hasSiteChmod: Bool?
        /// `MFF` with time and mode was refused, whatever FEAT says.
        var refusesTimeWithMode = false
        /// Offers of checksums that turned out to be none.
        var vainChecksums = Set<ChecksumQuestion>()
        /// When AUTH was refused last.
        var refusedTLS: ContinuousClock.Instant?
        /// The last login was USER, 331, PASS, 230.
        var asksForPassword = false
        var following = FollowingMargin()
        var roundTrip = SharedRoundTrip()
        /// A download comes whole although our half of its connection is closed from the start.
        var keepsHalvesApart = true
        /// What FEAT said last.
        var features: FeatureSet?
        /// SIZE of a missing file was refused with words that say so.
        var sizeTellsMissing = false
        /// A data connection came about.
        var reachesDataPorts = false
    }

    private let facts = Mutex(Facts())

    public init() {}

    /// The offset of LIST times from UTC that was measured last in the calendar, in seconds.
    public var zoneOffset: Int? { self[\.zone].samples.last?.offset }

    func calibrate(_ sample: ZoneCalibration.Sample) {
        facts.withLock { $0.zone.add(sample) }
    }

    /// A witness that is renamed keeps its time.
    func renamed(_ source: RemotePath, to target: RemotePath) {
        facts.withLock { $0.witnesses.rename(source, to: target) }
    }

    /// The round trip as any session has measured it.
    func roundTrip(_ own: Duration) -> Duration { facts.withLock { $0.roundTrip.shared(own, .now) } }

    subscript<Value: Sendable>(_ key: any WritableKeyPath<Facts, Value> & Sendable) -> Value {
        get { facts.withLock { $0[keyPath: key] } }
        set { facts.withLock { $0[keyPath: key] = newValue } }
    }
}

/// How far the search for a way to set modification times has come.
enum TimeSetterState: Hashable, Sendable {
    case untried
    /// A file's time was set this way, and the server reported it back.
    case proven(TimeSetter)
    case none
}

/// A command that sets a file's modification time.
public enum TimeSetter: String, Hashable, Sendable, CaseIterable {
    /// `MFMT time path` (draft-somers-ftp-mfxx).
    case mfmt
    /// `MDTM time path`: never standardised, widely spoken.
    case mdtm
    /// `SITE UTIME path atime mtime ctime UTC`.
    case utime
}
