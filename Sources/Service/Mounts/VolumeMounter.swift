public import Definitions
public import FileModel
import FuseAdapter
import Glibc
public import Logging
import RemoteFileSystem
import VirtualFileSystem

/// Mounts remotes through FUSE.
public struct VolumeMounter: Mounter {
    private let directories: ProgramDirectories
    private let remotes: RemoteAssembly
    private let logger: Logger

    public init(_ directories: ProgramDirectories, remotes: RemoteAssembly, logger: Logger) {
        self.directories = directories
        self.remotes = remotes
        self.logger = logger
    }

    public func mount(
        _ definition: MountDefinition, on mountpoint: String, isDaemon: Bool
    ) async throws(StorageError) -> any RunningMount {
        try directories.prepare()
        if definition.remote.rateLimit != RateLimit() {
            logger.warning("rate_limit holds for push, pull and sync; this version does not slow mounts down")
        }
        let mountpoint = MountPoint.canonical(mountpoint)
        let record = MountRecord(mountpoint: mountpoint, process: getpid(), isDaemon: isDaemon)
        let registration = try await register(record)
        let remote = try await remotes.open(definition.remote, folder: definition.folder, for: .mount)
        do throws(StorageError) {
            let volume = try await Volume.open(
                remote, settings: VolumeSettings(definition, spool: directories.spool, rescue: directories.rescue),
                journal: try journal(definition), logger: logger)
            let mounted = try await MountedVolume.mount(
                volume, MountOptions(definition, mountpoint: mountpoint), logger: logger)
            let details = MountDetails(definition, mountpoint)
            return VolumeMount(mounted, remote, registration, control: control(mounted, remote, details))
        } catch {
            await remote.shutdown()
            throw error
        }
    }

    private func journal(_ definition: MountDefinition) throws(StorageError) -> WriteBackJournal? {
        guard definition.mount.write == .back, !definition.mount.readOnly else { return nil }
        return try WriteBackJournals(folder: directories.pending).open(definition)
    }

    /// After umount(8) the process of the mount before may still be about to end; it is waited for.
    private func register(_ record: MountRecord) async throws(StorageError) -> MountRegistration {
        let registry = MountRegistry(folder: directories.mountRegistry)
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            do throws(StorageError) {
                return try registry.register(record)
            } catch {
                let isMounted = MountTable.entry(at: record.mountpoint)?.type.hasPrefix("fuse") == true
                guard error.code == .busy, !isMounted, ContinuousClock.now < deadline else { throw error }
                try? await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// A mount that cannot be asked is still a mount.
    private func control(
        _ mounted: MountedVolume, _ remote: any RemoteFileSystem, _ details: MountDetails
    ) -> ControlSocket? {
        do throws(StorageError) {
            return try ControlSocket(in: directories.control, name: details.socketName) { request in
                switch request.command {
                case .status: break
                case .dropCaches: await mounted.dropCaches()
                case .flush: mounted.volume.hurry()
                }
                return ControlReply(status: details.status(mounted.volume, remote))
            }
        } catch {
            logger.warning("syncctl status will not see \(mounted.mountpoint): \(error)")
            return nil
        }
    }
}

/// A mounted volume with the remote below it.
private final class VolumeMount: RunningMount {
    private let mounted: MountedVolume
    private let end: Task<[UnsettledFile], Never>

    init(
        _ mounted: MountedVolume, _ remote: any RemoteFileSystem, _ registration: MountRegistration,
        control: ControlSocket?
    ) {
        self.mounted = mounted
        end = Task {
            let unsettled = await mounted.waitUntilUnmounted()
            control?.end()
            await remote.shutdown()
            // Whoever waits for the end of this mount may go on now.
            withExtendedLifetime(registration) {}
            return unsettled
        }
    }

    func waitUntilEnded() async throws(StorageError) {
        let unsettled = await end.value
        guard let first = unsettled.first else { return }
        let others = unsettled.count > 1 ? ", and \(unsettled.count - 1) more" : ""
        let remedy = unsettled.contains { $0.isKept } ? "; what is pending is kept: mount again, or syncctl flush" : ""
        throw StorageError(
            first.error.code, "\(first.path) could not be uploaded: \(first.error.message)\(others)\(remedy)")
    }

    func unmount() async throws(StorageError) {
        await mounted.unmount()
        try await waitUntilEnded()
    }
}
