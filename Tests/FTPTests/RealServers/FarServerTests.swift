import FTP
import FaultInjection
import FileModel
import NIOCore
import Synchronization
import TestServers
import Testing
import Transport

extension RealServers {
    /// A line with a round trip: what travels together.
    @Suite(.timeLimit(.minutes(2))) struct FarServerTests {
        /// Lines such as `> STOR f` and `< 226 done`, in their order.
        private final class Wire: Sendable {
            private let lines = Mutex<[String]>([])
            var all: [String] { lines.withLock { $0 } }
            func add(_ line: String) { lines.withLock { $0.append(String(line.drop { $0 != ">" && $0 != "<" })) } }
            func clear() { lines.withLock { $0 = [] } }

            /// Whether `command` left at least once between `transfer` and its 226.
            func left(_ command: String, between transfer: String) -> Bool {
                let rest = all.drop { !$0.hasPrefix("> " + transfer) }
                return rest.prefix { !$0.hasPrefix("< 226") }.contains { $0.hasPrefix("> " + command) }
            }
        }

        private struct FarServer {
            let folder: ServerFolder
            let relay: FaultRelay
            let settings: FTPSettings
            let wire = Wire()

            init(_ kind: ServerCase) async throws {
                folder = try await ServerFolder(kind)
                relay = try await FaultRelay(
                    to: folder.server.port, dataPorts: folder.server.passivePorts,
                    latency: .roundTrip(.milliseconds(60)), delaysConnections: true)
                var settings = folder.settings
                settings.endpoint = Endpoint(host: relay.host, port: folder.server.port)
                settings.log = WireLog([.sent, .received]) { [wire] in wire.add($0) }
                self.settings = settings
            }

            func placement(_ name: String, _ bytes: [UInt8]) throws -> FTPPlacement {
                FTPPlacement(
                    ByteBuffer(bytes: bytes), temporary: try folder.file(".\(name).part"),
                    target: try folder.file(name), modified: Timestamp(seconds: 1_500_000_000), permissions: nil,
                    replaces: false)
            }

            func place(_ name: String, _ bytes: [UInt8], _ connection: FTPConnection) async throws -> FileAttributes? {
                try await connection.placeWhole(placement(name, bytes))
            }
        }

        /// The first file proves how times are set. What follows an upload then leaves behind its last byte.
        @Test(arguments: [ServerCase.proFTPD, .proFTPDExplicit, .vsftpd, .vsftpdExplicit])
        func whatFollowsAnUploadDoesNotWaitForItsEnd(on server: ServerCase) async throws {
            let far = try await FarServer(server)
            let connection = try await FTPConnection.connect(far.settings)
            for number in 1...4 {
                let bytes = pattern(number * 3_000)
                let attributes = try await far.place("f\(number)", bytes, connection)
                #expect(attributes?.size == Int64(bytes.count))
                #expect(attributes?.modified?.time.seconds == 1_500_000_000, "\(far.wire.all)")
                #expect(far.folder.content("f\(number)") == bytes)
            }
            #expect(
                (2...4).contains { far.wire.left("EPSV", between: "STOR \(far.folder.path)/.f\($0)") },
                "\(far.wire.all)")
            await connection.close()
            try await far.relay.stop()
        }

        @Test(arguments: [ServerCase.proFTPD, .vsftpd])
        func whatFollowsADownloadDoesNotWaitForItsEnd(on server: ServerCase) async throws {
            let far = try await FarServer(server)
            let files = (1...4).map { (name: "f\($0)", bytes: pattern($0 * 30_000)) }
            for file in files { far.folder.put(file.name, file.bytes) }
            let connection = try await FTPConnection.connect(far.settings)
            for file in files {
                let found = try await connection.fetchWhole(far.folder.file(file.name), size: file.bytes.count)
                #expect(found.content == file.bytes)
                #expect(found.attributes?.size == Int64(file.bytes.count))
            }
            #expect(far.wire.left("EPSV", between: "RETR \(far.folder.path)/f4"), "\(far.wire.all)")
            await connection.close()
            try await far.relay.stop()
        }

        /// A pool may close a session as soon as it is given back, for another program that waits.
        @Test func aSessionThatIsClosedGivesItsLastFileItsName() async throws {
            let far = try await FarServer(.proFTPD)
            let connection = try await FTPConnection.connect(far.settings)
            let (name, finishing) = try await unfinished(on: connection, far)
            async let closing: Void = connection.close()
            guard case .renaming(let rename, _)? = try await connection.finish(finishing) else {
                Issue.record("no rename")
                return
            }
            try await rename.verdict()
            await closing
            #expect(far.folder.content(name) == [2] && far.folder.content(".\(name).part") == nil)
            try await far.relay.stop()
        }

        /// A file whose rest is under way. Not every one is: the first proves how times are set, and what comes too early
        /// is denied.
        private func unfinished(
            on connection: FTPConnection, _ far: FarServer
        ) async throws -> (name: String, FTPFinishing) {
            for number in 1...20 {
                switch try await connection.place(far.placement("f\(number)", [2])) {
                case .finishing(let finishing): return ("f\(number)", finishing)
                case .renaming(let rename, _): try await rename.verdict()
                case .nameTaken: break
                }
            }
            throw StorageError(.failed, "the session always waited for the end")
        }

        /// Sessions after the first one log in with one flight behind the greeting (and TLS).
        @Test(arguments: ServerCase.allCases)
        func furtherSessionsLogInWithOneFlight(on server: ServerCase) async throws {
            let far = try await FarServer(server)
            let first = try await FTPConnection.connect(far.settings)
            far.wire.clear()
            let second = try await FTPConnection.connect(far.settings)
            #expect(await second.facts.features == first.facts.features)
            let ahead = far.wire.all.prefix { !$0.hasPrefix("< 331") }
            #expect(ahead.contains { $0.hasPrefix("> PWD") } == (await second.handlesWholeFiles), "\(far.wire.all)")
            far.folder.put("f", [1, 2, 3])
            #expect(try await second.get(far.folder.file("f")) == [1, 2, 3])
            var changed = far.settings
            changed.credentials.password = Secret("not this one")
            let error = await storageError { _ = try await FTPConnection.connect(changed) }
            #expect(
                error?.code == .loginFailed && error?.serverReply?.hasPrefix("530") == true,
                "\(String(describing: error))")
            await first.close()
            await second.close()
            try await far.relay.stop()
        }
    }
}
