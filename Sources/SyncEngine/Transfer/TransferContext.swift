import FileModel
import RemoteFileSystem
import Synchronization
import SyncCore

/// What every operation of a run shares.
struct TransferContext: Sendable {
    let replicas: Sides<Replica>
    let options: SyncOptions
    let trash: Sides<TrashBin>
    let conditions: RunConditions
    let observer: (any SyncObserver)?
    let now: @Sendable () -> Timestamp
    /// Blocks of large files in flight, over all files.
    let blocks = Permits(96)
    let localDisk = DiskBudget()
    let bandwidth: Sides<BandwidthLimit?>
    /// Whether a copy has the size of its original, see `Capabilities.exactSizes`.
    var comparesSizes: Bool { replicas.comparesSizes }

    init(
        replicas: Sides<Replica>, options: SyncOptions, trash: Sides<TrashBin>, conditions: RunConditions,
        observer: (any SyncObserver)?, now: @escaping @Sendable () -> Timestamp
    ) {
        self.replicas = replicas
        self.options = options
        self.trash = trash
        self.conditions = conditions
        self.observer = observer
        self.now = now
        bandwidth = Sides(
            local: options.bandwidthLimit.map { BandwidthLimit(bytesPerSecond: $0) },
            remote: options.bandwidthLimit.map { BandwidthLimit(bytesPerSecond: $0) })
    }
}

/// What the operations of a run learn about the sides and tell each other.
final class RunConditions: Sendable {
    struct State {
        /// The remote refuses renames.
        var writesInPlace: Bool
        /// The remote does not tell what it received.
        var isBlind: Bool
        /// The remote failed over a question for a checksum.
        var computesNoChecksums = false
        /// A folder could not be renamed as one.
        var refusesFolderRenames = false
        /// A side that has no room left takes no more files.
        var full = Sides<StorageError?>(local: nil, remote: nil)
        /// Directories that could not be made; what belongs below them is not tried.
        var missing = Sides<Set<RemotePath>>(local: [], remote: [])
        var isStopping = false
    }

    private let state: Mutex<State>

    init(writesInPlace: Bool, isBlind: Bool) {
        state = Mutex(State(writesInPlace: writesInPlace, isBlind: isBlind))
    }

    var current: State { state.withLock { $0 } }

    var isStopping: Bool { state.withLock { $0.isStopping } }

    func update(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    func writesInPlace(_ side: Side) -> Bool { side == .remote && state.withLock { $0.writesInPlace } }

    func isBlind(_ side: Side) -> Bool { side == .remote && state.withLock { $0.isBlind } }

    /// Why nothing can be put at `path`.
    func obstacle(to path: RemotePath, on side: Side) -> StorageError? {
        state.withLock { state in
            if let full = state.full[side] { return full }
            guard !state.missing[side].isEmpty,
                let directory = path.ancestors.first(where: { state.missing[side].contains($0) })
            else { return nil }
            return StorageError(.notFound, "\(path) was not copied because the folder \(directory) could not be made")
        }
    }
}
