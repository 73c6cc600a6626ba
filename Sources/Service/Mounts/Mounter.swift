public import Definitions
public import FileModel

/// Puts remotes into the local tree.
public protocol Mounter: Sendable {
    /// Mounts, and returns when the folder answers.
    ///
    /// - Parameters:
    ///   - mountpoint: absolute; an empty folder.
    ///   - isDaemon: the process has other work and must not be ended with this mount.
    func mount(
        _ definition: MountDefinition, on mountpoint: String, isDaemon: Bool
    ) async throws(StorageError) -> any RunningMount
}
