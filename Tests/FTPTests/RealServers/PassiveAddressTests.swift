import FTP
import FileModel
import TestServers
import Testing

extension RealServers {
    /// Servers behind NAT, or set up as if they were, that announce an address where nobody can reach them.
    @Suite(.timeLimit(.minutes(1))) struct PassiveAddressTests {
        /// ProFTPD, vsftpd and pyftpdlib announcing `address`.
        private func servers(announcing address: String) async throws -> [TestServer] {
            var options = PyFTPdOptions()
            options.masquerade = address
            return [
                try await .proFTPD(extra: ["MasqueradeAddress \(address)"]),
                try await .vsftpd(extra: ["pasv_address=\(address)"]), try await .pyftpdlib(options),
            ]
        }

        private func connect(_ server: TestServer, _ fix: PassiveAddressFix) async throws -> FTPConnection {
            var settings = try ServerFolder.settings(server, .never)
            settings.data.mode = .passive
            settings.data.addressFix = fix
            // A refused data connection then ends before its command was sent, and nobody has to wait for a reply.
            settings.data.isSynchronized = fix == .never
            return try await FTPConnection.connect(settings)
        }

        /// A public address of another host: refused by name, or not looked at. (127.0.0.1 stands for the public one
        /// of the server, which `auto` treats alike.)
        @Test func aPublicAddressOfAnotherHost() async throws {
            for server in try await servers(announcing: "203.0.113.7") {
                let strict = try await connect(server, .automatic)
                let error = await storageError { _ = try await strict.entries(of: .root) }
                #expect(error?.code == .dataConnectionFailed, "\(server.kind)")
                #expect(error?.message.contains("203.0.113.7") == true)
                #expect(error?.message.contains("fix_passive_address") == true)
                try await strict.noop()
                await strict.close()
                try await works(on: server, .always)
            }
        }

        /// A private address, and none at all: the control connection's is used, unless the user believes the server.
        @Test(arguments: ["127.0.0.9", "0.0.0.0"])
        func aPrivateAddress(_ address: String) async throws {
            for server in try await servers(announcing: address) {
                // vsftpd takes 0.0.0.0 for a lack of an address.
                try await works(on: server, .automatic)
                try await works(on: server, .always)
                guard address == "127.0.0.9" else { continue }
                let believing = try await connect(server, .never)
                let error = await storageError { _ = try await believing.entries(of: .root) }
                #expect(error?.code == .dataConnectionFailed, "\(server.kind)")
                #expect(error?.message.contains("127.0.0.9") == true)
                await believing.close()
            }
        }

        @Test(arguments: PassiveAddressFix.allCases)
        func theRightAddress(_ fix: PassiveAddressFix) async throws {
            for server in ServerCase.plain { try await works(on: ServerPark.shared.server(server), fix) }
        }

        private func works(on server: TestServer, _ fix: PassiveAddressFix) async throws {
            let connection = try await connect(server, fix)
            let file = try RemotePath("passive-\(UInt32.random(in: 0 ... .max))")
            try await connection.put([1, 2, 3], to: file)
            #expect(try await connection.get(file) == [1, 2, 3], "\(server.kind) \(fix)")
            try await connection.delete(file)
            await connection.close()
        }
    }
}
