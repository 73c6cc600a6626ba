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
        let registration = try MountRegistry(folder: directories.mountRegistry).register(record)
        let remote = try await remotes.open(definition.remote, folder: definition.folder, for: .mount)
        do throws(StorageError) {
            let volume = try await Volume.open(
                remote, settings: VolumeSettings(definition, spool: directories.spool, rescue: directories.rescue),
                logger: logger)
            let mounted = try await MountedVolume.mount(
                volume, MountOptions(definition, mountpoint: mountpoint), logger: logger)
            return VolumeMount(mounted, remote, registration)
        } catch {
            await remote.shutdown()
            throw error
        }
    }
}

/// A mounted volume with the remote below it.
private final class VolumeMount: RunningMount {
    private let mounted: MountedVolume
    private let end: Task<[UnsettledFile], Never>

    init(_ mounted: MountedVolume, _ remote: any RemoteFileSystem, _ registration: MountRegistration) {
        self.mounted = mounted
        end = Task {
            let unsettled = await mounted.waitUntilUnmounted()
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
        throw StorageError(first.error.code, "\(first.path) could not be uploaded: \(first.error.message)\(others)")
    }

    func unmount() async throws(StorageError) {
        await mounted.unmount()
        try await waitUntilEnded()
    }
}
