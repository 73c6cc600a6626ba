import FTP
import FileModel
import TLS
import TestServers
import Testing

extension RealServers {
    /// Data connections continue the TLS session of their control connection, and of no other.
    @Suite(.timeLimit(.minutes(2))) struct ResumptionTests {
        @Test(arguments: ServerCase.resuming, [TLSVersion.tls12, .tls13])
        func fiftyDataConnectionsResumeOneSession(on kind: ServerCase, version: TLSVersion) async throws {
            let folder = try await ServerFolder(kind)
            var settings = try folder.settings(speaking: version)
            settings.security.resumption = .require
            folder.put("f", pattern(1000))
            let connection = try await FTPConnection.connect(settings)
            for _ in 0..<50 { #expect(try await connection.get(folder.file("f")) == pattern(1000)) }
            let protection = await connection.dataProtection
            #expect(protection.handshakes == 50 && protection.resumptions == 50)
            let own = await connection.ownTLSSessions
            #expect(!own.isEmpty && protection.resumedSessions.isSubset(of: own))
            await connection.close()
        }

        /// A session of another control connection would be refused by these servers, or let one client into the data of
        /// another by servers that do not check.
        @Test(arguments: [ServerCase.proFTPDExplicit, .vsftpdExplicit], [TLSVersion.tls12, .tls13])
        func twentyFiveConnectionsDoNotMixTheirSessions(on kind: ServerCase, version: TLSVersion) async throws {
            let folder = try await ServerFolder(kind)
            var settings = try folder.settings(speaking: version)
            settings.security.resumption = .require
            let shared = settings
            let transfers = 4
            let sessions = try await withThrowingTaskGroup(of: Set<TLSSessionID>.self) { group in
                for number in 0..<25 {
                    group.addTask { try await Self.transfer(number, transfers, folder, shared) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(sessions.count == 25 && sessions.allSatisfy { !$0.isEmpty })
            let all = sessions.reduce(into: Set()) { $0.formUnion($1) }
            #expect(all.count == sessions.map(\.count).reduce(0, +), "a session was used by two connections")
        }

        /// - Returns: the sessions that the data connections resumed.
        private static func transfer(
            _ number: Int, _ count: Int, _ folder: ServerFolder, _ settings: FTPSettings
        ) async throws -> Set<TLSSessionID> {
            let connection = try await FTPConnection.connect(settings)
            for round in 0..<count {
                let content = [UInt8](repeating: UInt8(number), count: 10_000 + 1000 * round + number)
                try await connection.put(content, to: folder.file("f\(number)"))
                #expect(try await connection.get(folder.file("f\(number)")) == content)
            }
            let protection = await connection.dataProtection
            let own = await connection.ownTLSSessions
            #expect(protection.handshakes == 2 * count && protection.resumptions == 2 * count)
            #expect(protection.resumedSessions.isSubset(of: own))
            await connection.close()
            return protection.resumedSessions
        }

        /// Pure-FTPd gives no sessions to resume under TLS 1.3.
        @Test func requireIsRefusedByAServerThatDoesNotResume() async throws {
            let folder = try await ServerFolder(.pureFTPdExplicit)
            folder.put("f", [1])
            var settings = try folder.settings(speaking: .tls13)
            settings.security.resumption = .require
            let connection = try await FTPConnection.connect(settings)
            let error = await storageError { _ = try await connection.get(folder.file("f")) }
            #expect(error?.code == .tlsFailed)
            #expect(
                error?.message.contains("set session_resumption to \"auto\"") == true, "\(String(describing: error))")
            #expect(await connection.dataProtection.resumptions == 0)
            await connection.close()
        }

        @Test func offOffersNothing() async throws {
            let folder = try await ServerFolder(.pureFTPdExplicit)
            folder.put("f", [1])
            for (choice, resumed) in [(SessionResumption.automatic, 1), (.off, 0)] {
                var settings = try folder.settings(speaking: .tls12)
                settings.security.resumption = choice
                let connection = try await FTPConnection.connect(settings)
                #expect(try await connection.get(folder.file("f")) == [1])
                #expect(await connection.dataProtection.handshakes == 1)
                #expect(await connection.dataProtection.resumptions == resumed)
                await connection.close()
            }
        }

        @Test(arguments: [ServerCase.proFTPDExplicit, .vsftpdExplicit])
        func offIsExplainedByAServerThatInsists(on kind: ServerCase) async throws {
            let folder = try await ServerFolder(kind)
            folder.put("f", [1])
            var settings = folder.settings
            settings.security.resumption = .off
            let connection = try await FTPConnection.connect(settings)
            let error = await storageError { _ = try await connection.get(folder.file("f")) }
            #expect(error?.message.contains("session_resumption = \"auto\"") == true, "\(String(describing: error))")
            await connection.close()
        }
    }
}
