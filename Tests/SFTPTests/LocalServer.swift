import FileModel
import NIOPosix
import SFTP
import SSH
import TestServers

/// A folder on this disk, and OpenSSH's sftp-server as a child process to reach it.
struct LocalServer {
    static let program = "/usr/lib/openssh/sftp-server"

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func path(_ name: String) -> SFTPPath { SFTPPath(folder(name)) }

    func connect(_ arguments: String..., timeout: Duration = .seconds(10)) async throws -> SFTPConnection {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let stream = try await SubsystemStream.running([Self.program] + arguments, peer: "local", on: loop)
        return try await SFTPConnection.connect(over: stream, timeout: timeout)
    }
}
