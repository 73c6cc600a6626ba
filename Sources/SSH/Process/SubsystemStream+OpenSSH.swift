public import FileModel
public import NIOCore

extension SubsystemStream {
    /// Reaches a server's SFTP subsystem through the system's `ssh`.
    ///
    /// Returns before ssh has connected: what goes wrong shows when the SFTP greeting is not answered.
    /// - Throws: `.configuration` when ssh cannot be started.
    public static func openSSH(
        _ settings: OpenSSHSettings, on loop: any EventLoop
    ) async throws(StorageError) -> SubsystemStream {
        let peer = settings.peer
        return try await running(settings.command, peer: peer, on: loop) { end, lines in
            OpenSSHFailure.error(peer: peer, end: end, lines: lines)
        }
    }
}
