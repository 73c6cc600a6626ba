import ConnectionPool
import Definitions
import FileModel
import Glibc
import RemoteFileSystem
import Remotes
import Synchronization
import VirtualFileSystem

/// What of a mount does not change while it lives.
struct MountDetails: Sendable {
    let name: String
    let mountpoint: String
    let remote: String
    let folder: String
    let started = Timestamp.now()
    let socketName: String

    private static let count = Atomic(0)

    init(_ definition: MountDefinition, _ mountpoint: String) {
        name = definition.name
        self.mountpoint = mountpoint
        remote = definition.remote.identity
        folder = definition.folder.description
        socketName = "\(getpid())-\(Self.count.add(1, ordering: .relaxed).newValue).sock"
    }

    func status(_ volume: Volume, _ files: any RemoteFileSystem) -> MountStatus {
        MountStatus(
            name: name, mountpoint: mountpoint, remote: remote, folder: folder, process: getpid(),
            started: started.seconds, isReadOnly: volume.settings.isReadOnly, volume: volume.status(),
            pool: (files as? any PooledRemote).map { MountStatus.PoolStatus($0.poolSnapshot) })
    }
}

extension MountStatus.PoolStatus {
    init(_ pool: PoolSnapshot) {
        self.init(
            limit: pool.learnedLimit ?? pool.maximumConnections, open: pool.open, idle: pool.idle, leased: pool.leases,
            waiting: pool.waiters, connecting: pool.connecting + pool.waitingForSlot,
            lastError: pool.lastError.map { "\($0)" })
    }
}
