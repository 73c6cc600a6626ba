public import FileModel
public import NIOCore

extension SubsystemStream {
    /// Reaches a server's SFTP subsystem through the system's `ssh`.
    ///
    /// Returns before ssh has connected: what goes wrong shows when the SFTP greeting is not answered.
    /// - Throws: `.configuration` when ssh cannot be started, or is to use a proxy that only `Dialer` knows.
    public static func openSSH(
        _ settings: OpenSSHSettings, on loop: any EventLoop
    ) async throws(StorageError) -> SubsystemStream {
        let peer = settings.peer
        guard settings.dial.proxy == nil else {
            throw StorageError(
                .configuration,
                "\(peer): ssh does not use [remote.proxy]: set ProxyCommand or ProxyJump in ssh_config(5) instead")
        }
        return try await running(settings.command, peer: peer, on: loop) { end, lines in
            OpenSSHFailure.error(peer: peer, end: end, lines: lines)
        }
    }
}
