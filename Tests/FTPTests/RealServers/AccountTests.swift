import FTP
import FileModel
import Glibc
import TestServers
import Testing

extension RealServers {
    /// Logins that take more or less than a user and a password.
    @Suite(.timeLimit(.minutes(1))) struct AccountTests {
        @Test func anAccountIsGivenWhereItIsAskedFor() async throws {
            var options = PyFTPdOptions()
            options.account = "cost centre 7"
            let server = try await TestServer.pyftpdlib(options)
            var settings = try ServerFolder.settings(server, .never)
            let none = await storageError { _ = try await FTPConnection.connect(settings) }
            #expect(none?.code == .loginFailed && none?.message.contains("auth.account") == true)

            settings.credentials.account = Secret("cost centre 8")
            let wrong = await storageError { _ = try await FTPConnection.connect(settings) }
            #expect(wrong?.code == .loginFailed)
            #expect(wrong?.message.contains("cost centre") == false)

            settings.credentials.account = Secret("cost centre 7")
            let connection = try await FTPConnection.connect(settings)
            #expect(try await connection.entries(of: .root).isEmpty)
            await connection.close()
        }

        @Test func anonymousLoginsNeedNothing() async throws {
            var options = PyFTPdOptions()
            options.isAnonymous = true
            options.permissions = "elr"
            let servers = [
                try await TestServer.pyftpdlib(options),
                try await .vsftpd(extra: ["anonymous_enable=YES", "ftp_username=remora", "no_anon_password=NO"]),
            ]
            for server in servers where server.kind == .pyftpdlib || server.user == "remora" {
                // vsftpd lets nobody into a root that anonymous users could write to.
                chmod(server.root, 0o555)
                var settings = try ServerFolder.settings(server, .never)
                settings.credentials = .anonymous
                let connection = try await FTPConnection.connect(settings)
                #expect(try await connection.entries(of: .root).isEmpty, "\(server.kind)")
                let error = await storageError { try await connection.put([1], to: RemotePath("f")) }
                #expect(error?.code == .permissionDenied, "\(server.kind) \(String(describing: error))")
                await connection.close()
            }
        }

        @Test func aCommandMayTakeTenSeconds() { #expect(FTPTimeouts().command == .seconds(10)) }
    }
}
