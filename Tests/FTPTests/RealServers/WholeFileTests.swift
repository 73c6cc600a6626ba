import FTP
import FileModel
import NIOCore
import Synchronization
import TestServers
import Testing
import Transport

extension RealServers {
    /// Small files take no more commands than they need, and a session serves one after another without a pause.
    @Suite(.timeLimit(.minutes(2))) struct WholeFileTests {
        /// What a connection sent, in order: lines such as `#3 > STOR f`, from the verb on.
        private final class SentLines: Sendable {
            private let lines = Mutex<[String]>([])
            var all: [String] { lines.withLock { $0 } }
            func add(_ line: String) { lines.withLock { $0.append(String(line.drop { $0 != ">" }.dropFirst(2))) } }
            func count(_ verb: String) -> Int { all.count { $0.hasPrefix(verb) } }
        }

        private func connect(_ folder: ServerFolder) async throws -> (FTPConnection, SentLines) {
            let sent = SentLines()
            var settings = folder.settings
            settings.log = WireLog([.sent]) { sent.add($0) }
            return (try await FTPConnection.connect(settings), sent)
        }

        private func placement(_ folder: ServerFolder, _ name: String, _ bytes: [UInt8]) throws -> FTPPlacement {
            FTPPlacement(
                ByteBuffer(bytes: bytes), temporary: try folder.file(".\(name).part"), target: try folder.file(name),
                modified: Timestamp(seconds: 1_500_000_000), permissions: nil, replaces: false)
        }

        @Test(arguments: ServerCase.allCases)
        func theNextDataConnectionIsAskedForAhead(on server: ServerCase) async throws {
            let folder = try await ServerFolder(server)
            let (connection, sent) = try await connect(folder)
            let files = (1...5).map { (name: "f\($0)", bytes: pattern($0 * 3_000)) }
            for file in files {
                guard
                    case .renaming(let rename, let attributes) = try await connection.place(
                        placement(folder, file.name, file.bytes))
                else {
                    Issue.record("the name was taken")
                    return
                }
                try await rename.verdict()
                #expect(attributes?.size == Int64(file.bytes.count))
                #expect(folder.content(file.name) == file.bytes)
                #expect(folder.content(".\(file.name).part") == nil)
            }
            #expect(sent.count("STOR") == 5)
            #expect(sent.count("EPSV") == 6, "\(sent.all)")
            for file in files {
                let found = try await connection.fetchWhole(folder.file(file.name), size: file.bytes.count)
                #expect(found.content == file.bytes)
                #expect(found.attributes?.modified?.time.seconds == 1_500_000_000)
            }
            #expect(sent.count("EPSV") == 11, "\(sent.all)")
            await connection.close()
        }

        /// CWD and MLSD travel together; a folder that is missing must not come out as the one the session stood in.
        @Test(arguments: ServerCase.allCases)
        func aListingWithAPreparedDataConnectionIsThatOfItsFolder(on server: ServerCase) async throws {
            let folder = try await ServerFolder(server)
            let (connection, sent) = try await connect(folder)
            for name in ["f1", "f2"] {
                guard case .renaming(let rename, _) = try await connection.place(placement(folder, name, [1])) else {
                    continue
                }
                try await rename.verdict()
            }
            let missing = await storageError { _ = try await connection.entries(of: folder.file("missing")) }
            #expect(missing?.code == .notFound)
            let file = await storageError { _ = try await connection.entries(of: folder.file("f1")) }
            #expect(file?.code == .notDirectory)
            for _ in 1...3 {
                #expect(try await connection.entries(of: folder.path).map(\.name.string).sorted() == ["f1", "f2"])
            }
            let commands = sent.all.map { $0.prefix(4) }.filter { ["EPSV", "MLSD", "LIST"].contains($0) }
            #expect((commands.last == "EPSV") == (await connection.handlesWholeFiles), "\(commands)")
            await connection.close()
        }

        /// The rename is on its way while the session already serves somebody else.
        @Test func theSessionIsFreeBeforeTheRenameIsAnswered() async throws {
            let folder = try await ServerFolder(.proFTPD)
            let (connection, _) = try await connect(folder)
            var renames: [FTPRename] = []
            for number in 1...3 {
                guard
                    case .renaming(let rename, _) = try await connection.place(
                        placement(folder, "f\(number)", [UInt8(number)]))
                else { continue }
                renames.append(rename)
            }
            #expect(try await connection.size(of: folder.file("f3")) == 1)
            for rename in renames { try await rename.verdict() }
            #expect(folder.content("f1") == [1] && folder.content("f2") == [2])
            await connection.close()
        }

        /// The server may have closed the port it named: then it is asked once more.
        @Test func anAddressThatTheServerForgotIsAskedForAgain() async throws {
            let folder = try await ServerFolder(.proFTPD)
            let (connection, sent) = try await connect(folder)
            guard case .renaming(let rename, _) = try await connection.place(placement(folder, "f1", [1])) else {
                return
            }
            try await rename.verdict()
            // A listing takes a data connection of its own, and with it the port that was named before.
            _ = try await connection.entries(of: folder.path)
            let found = try await connection.fetch(folder.file("f1"), size: 1)
            #expect(Array(found.content.readableBytesView) == [1])
            #expect(sent.count("RETR") >= 1)
            await connection.close()
        }
    }
}
