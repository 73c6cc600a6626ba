import FileModel
import Synchronization
import TLS
import Testing
import Transport

@testable import FTP

/// Servers that no package ships.
@Suite(.timeLimit(.minutes(1))) struct DialogueTests {
    private let file = try! RemotePath("f")

    @Test func theWholeDialogueOfADownload() async throws {
        let server = try ScriptedServer { peer in
            try peer.logIn()
            let data = try peer.openPassive()
            try peer.expect("RETR /f")
            peer.say("150 here it comes")
            let connection = try data.accept()
            connection.send(Array("hello".utf8))
            connection.close()
            peer.say("226 done")
            try peer.expect("QUIT")
            peer.say("221 bye")
        }
        let connection = try await FTPConnection.connect(server.settings())
        #expect(try await connection.get(file) == Array("hello".utf8))
        await connection.close()
        #expect(server.problem == nil)
    }

    @Test func theReplyMayComeBeforeTheData() async throws {
        let server = try ScriptedServer { peer in
            try peer.logIn()
            let data = try peer.openPassive()
            try peer.expect("RETR /f")
            peer.say("150 here it comes", "226 done")
            let connection = try data.accept()
            connection.send(pattern(300_000))
            connection.close()
            peer.waitForEnd()
        }
        let connection = try await FTPConnection.connect(server.settings())
        #expect(try await connection.get(file) == pattern(300_000))
        await connection.close()
        #expect(server.problem == nil)
    }

    @Test func noPreliminaryReplyIsNeeded() async throws {
        let server = try ScriptedServer { peer in
            try peer.logIn()
            let data = try peer.openPassive()
            try peer.expect("RETR /f")
            let connection = try data.accept()
            connection.send(pattern(3_000_000))
            connection.close()
            peer.say("226 done")
            peer.waitForEnd()
        }
        let connection = try await FTPConnection.connect(server.settings())
        #expect(try await connection.get(file).count == 3_000_000)
        await connection.close()
    }

    @Test func aMissingLastReplyIsNoSuccess() async throws {
        let server = try ScriptedServer { peer in
            try peer.logIn()
            let data = try peer.openPassive()
            try peer.expect("RETR /f")
            peer.say("150 here it comes")
            let connection = try data.accept()
            connection.send([1, 2, 3])
            connection.close()
            peer.waitForEnd()
        }
        let connection = try await FTPConnection.connect(server.settings())
        #expect(await storageError { _ = try await connection.get(file) }?.code == .timedOut)
        #expect(connection.isClosed)
    }

    @Test func aResetDataConnectionIsNoEnd() async throws {
        let server = try ScriptedServer { peer in
            try peer.logIn()
            let data = try peer.openPassive()
            try peer.expect("RETR /f")
            peer.say("150 here it comes")
            let connection = try data.accept()
            connection.send([1, 2, 3])
            connection.reset()
            peer.say("226 done")
            try peer.expect("NOOP")
            peer.say("200 ok")
            peer.waitForEnd()
        }
        let connection = try await FTPConnection.connect(server.settings())
        let error = await storageError { _ = try await connection.get(file) }
        // The reset may overtake the news that the connection was made.
        #expect(error?.code == .connectionLost || error?.code == .dataConnectionFailed, "\(String(describing: error))")
        try await connection.noop()
        await connection.close()
        #expect(server.problem == nil)
    }

    @Test func anUploadThatIsConfirmedTooEarlyIsCorrupted() async throws {
        let server = try ScriptedServer { peer in
            try peer.logIn()
            let data = try peer.openPassive()
            let connection = try data.accept()
            try peer.expect("STOR /f")
            peer.say("150 go", "226 done")
            connection.waitForEnd()
            peer.waitForEnd()
        }
        let connection = try await FTPConnection.connect(server.settings())
        let error = await storageError {
            let upload = try await connection.store(file)
            for _ in 0..<100 { try await upload.write(.init(bytes: pattern(100_000))) }
            try await upload.finish()
        }
        #expect(error?.code == .corrupted, "\(String(describing: error))")
        await connection.close()
    }

    @Test func aFullDiskInMidUploadIsNamed() async throws {
        let server = try ScriptedServer { peer in
            try peer.logIn()
            let data = try peer.openPassive()
            let connection = try data.accept()
            try peer.expect("STOR /f")
            peer.say("150 go")
            peer.say("552 Disk full")
            connection.reset()
            peer.waitForEnd()
        }
        let connection = try await FTPConnection.connect(server.settings())
        let error = await storageError {
            let upload = try await connection.store(file)
            for _ in 0..<100 { try await upload.write(.init(bytes: pattern(100_000))) }
            try await upload.finish()
        }
        #expect(error?.code == .noSpace, "\(String(describing: error))")
        await connection.close()
    }

    @Test func withoutEPSVThereIsPASV() async throws {
        let server = try ScriptedServer { peer in
            try peer.logIn()
            for attempt in 0..<2 {
                if attempt == 0 {
                    try peer.expect("EPSV")
                    peer.say("500 what?")
                }
                try peer.expect("PASV")
                let data = try DataListener()
                // A private address of another machine: NAT.
                peer.say("227 =10,99,0,1,\(data.port / 256),\(data.port % 256)")
                try peer.expect("RETR /f")
                peer.say("150 go")
                let connection = try data.accept()
                connection.send([7])
                connection.close()
                peer.say("226 done")
            }
            peer.waitForEnd()
        }
        let connection = try await FTPConnection.connect(server.settings())
        #expect(try await connection.get(file) == [7])
        #expect(try await connection.get(file) == [7], "EPSV is not asked for again")
        await connection.close()
        #expect(server.problem == nil)
    }

    @Test func theAddressOfAThirdHostIsRefused() async throws {
        let server = try ScriptedServer { peer in
            try peer.logIn()
            try peer.expect("EPSV")
            peer.say("500 what?")
            try peer.expect("PASV")
            peer.say("227 (8,8,8,8,4,210)")
            try peer.expect("NOOP")
            peer.say("200 ok")
            peer.waitForEnd()
        }
        let connection = try await FTPConnection.connect(server.settings())
        let error = await storageError { _ = try await connection.get(file) }
        #expect(error?.code == .dataConnectionFailed && error?.message.contains("8.8.8.8") == true)
        try await connection.noop()
        await connection.close()
    }

    @Test func anUnreachablePassivePortIsNamed() async throws {
        let server = try ScriptedServer { peer in
            try peer.logIn()
            try peer.expect("EPSV")
            peer.say("229 (|||1|)")
            try peer.expect("EPSV")
            peer.say("229 (|||1|)")
            peer.waitForEnd()
        }
        var settings = server.settings()
        settings.data.mode = .extendedPassive
        let connection = try await FTPConnection.connect(settings)
        for _ in 0..<2 {
            let error = await storageError { try await connection.put([1], to: file) }
            #expect(error?.code == .dataConnectionFailed && error?.message.contains("passive ports") == true)
        }
        await connection.close()
        #expect(server.problem == nil, "no STOR was sent")
    }

    @Test func anAddressInUseIsTriedAgain() async throws {
        let server = try ScriptedServer { peer in
            try peer.logIn()
            var data = try peer.openPassive()
            try peer.expect("RETR /f")
            peer.say("425 Unable to build data connection: Address already in use")
            data = try peer.openPassive()
            try peer.expect("RETR /f")
            peer.say("150 go")
            let connection = try data.accept()
            connection.send([5])
            connection.close()
            peer.say("226 done")
            peer.waitForEnd()
        }
        let connection = try await FTPConnection.connect(server.settings())
        #expect(try await connection.get(file) == [5])
        await connection.close()
        #expect(server.problem == nil)
    }

    @Test func clearBytesAfterAUTHEndTheConnection() async throws {
        let server = try ScriptedServer { peer in
            peer.say("220 hi")
            try peer.expect("AUTH TLS")
            peer.say("234 go ahead", "230 you are logged in")
            peer.waitForEnd()
        }
        var settings = server.settings()
        settings.security = FTPSecurity(mode: .explicit, context: try TLSContext())
        let error = await storageError { _ = try await FTPConnection.connect(settings) }
        #expect(error?.code == .protocolViolation, "\(String(describing: error))")
    }

    @Test(arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n"])
    func whatIsNoFTPServerIsNamed(greeting: String) async throws {
        let server = try ScriptedServer { peer in
            peer.send(Array(greeting.utf8))
            peer.waitForEnd()
        }
        let error = await storageError { _ = try await FTPConnection.connect(server.settings()) }
        #expect(error?.code == .protocolViolation && error?.message.contains("not an FTP reply") == true)
    }

    @Test func silenceEnds() async throws {
        let server = try ScriptedServer { $0.waitForEnd() }
        let error = await storageError { _ = try await FTPConnection.connect(server.settings()) }
        #expect(error?.code == .timedOut && error?.message.contains("2 s") == true)
    }

    @Test func listingsThatLieAreRefused() async throws {
        for (listing, code): (String, StorageError.Code) in [
            ("type=file;size=1; a/../../etc/passwd\r\n", .protocolViolation),
            ("type=file;size=1; ..\r\ntype=file; /\r\n", .protocolViolation),
            ("<html>not a listing</html>\r\n", .protocolViolation),
        ] {
            let server = try ScriptedServer { peer in
                try peer.logIn()
                try peer.expect("CWD /")
                peer.say("250 ok")
                let data = try peer.openPassive()
                try peer.expect("MLSD")
                peer.say("150 go")
                let connection = try data.accept()
                connection.send(Array(listing.utf8))
                connection.close()
                peer.say("226 done")
                peer.waitForEnd()
            }
            let connection = try await FTPConnection.connect(server.settings())
            let error = await storageError { _ = try await connection.entries(of: .root) }
            #expect(error?.code == code, "\(listing)")
            await connection.close()
        }
    }

    @Test func anEndlessListingLineIsCutOff() async throws {
        let server = try ScriptedServer { peer in
            try peer.logIn()
            try peer.expect("CWD /")
            peer.say("250 ok")
            let data = try peer.openPassive()
            try peer.expect("MLSD")
            peer.say("150 go")
            let connection = try data.accept()
            for _ in 0..<2000 { connection.send([UInt8](repeating: 65, count: 100_000)) }
            connection.close()
        }
        let connection = try await FTPConnection.connect(server.settings())
        #expect(await storageError { _ = try await connection.entries(of: .root) }?.code == .protocolViolation)
        await connection.close()
    }

    @Test func withoutMLSDThereIsLIST() async throws {
        let server = try ScriptedServer { peer in
            try peer.logIn()
            try peer.expect("CWD /")
            peer.say("250 ok")
            _ = try peer.openPassive()
            try peer.expect("MLSD")
            peer.say("502 not here")
            try peer.expect("CWD /")
            peer.say("250 ok")
            let data = try peer.openPassive()
            try peer.expect("LIST -a")
            peer.say("150 go")
            let connection = try data.accept()
            connection.send(Array("drwxr-xr-x 2 o g 9 Nov 21 04:04 .\r\n-rw-r--r-- 1 o g 9 Nov 21 04:04 x\r\n".utf8))
            connection.close()
            peer.say("226 done")
            try peer.expect("MDTM /x")
            peer.say("213 20201121020430")
            peer.waitForEnd()
        }
        let settings = server.settings()
        let connection = try await FTPConnection.connect(settings)
        let entries = try await connection.entries(of: .root)
        #expect(entries.map(\.name.string) == ["x"])
        await connection.close()
        #expect(server.problem == nil)
    }

    /// A server that takes -a for a name: it shows nothing, and then everything.
    @Test func aServerWithoutListOptionsIsNoticed() async throws {
        let server = try ScriptedServer { peer in
            try peer.logIn(features: [])
            for command in ["LIST -a", "LIST", "LIST"] {
                try peer.expect("CWD /d")
                peer.say("250 ok")
                let data = try peer.openPassive()
                try peer.expect(command)
                if command == "LIST -a" {
                    peer.say("550 -a: no such file")
                    continue
                }
                peer.say("150 go")
                let connection = try data.accept()
                connection.send(Array("11-21-26  04:04PM   <DIR>          sub\r\n".utf8))
                connection.close()
                peer.say("226 done")
                try peer.expect("CWD /")
                peer.say("250 home")
            }
            peer.waitForEnd()
        }
        let connection = try await FTPConnection.connect(server.settings())
        for _ in 0..<2 {
            let entries = try await connection.entries(of: RemotePath("d"))
            #expect(entries.map(\.name.string) == ["sub"])
            #expect(entries.first?.attributes.modified?.resolution == .day, "nobody knows the zone")
        }
        await connection.close()
        #expect(server.problem == nil)
    }

    @Test func aPartialListingIsAnError() async throws {
        let server = try ScriptedServer { peer in
            try peer.logIn()
            try peer.expect("CWD /")
            peer.say("250 ok")
            let data = try peer.openPassive()
            try peer.expect("MLSD")
            peer.say("150 go")
            let connection = try data.accept()
            connection.send(Array("type=file;size=1; a\r\n".utf8))
            connection.close()
            peer.say("226-Output truncated to 10000 matches", "226 1 matches total")
            peer.waitForEnd()
        }
        let connection = try await FTPConnection.connect(server.settings())
        let error = await storageError { _ = try await connection.entries(of: .root) }
        #expect(error?.code == .failed && error?.message.contains("only a part") == true)
        await connection.close()
    }

    @Test func anIdleSessionThatTheServerEndsIsClosed() async throws {
        let server = try ScriptedServer { peer in
            try peer.logIn()
            peer.say("421 Timeout.")
        }
        let ended = Mutex<[StorageError?]>([])
        let connection = try await FTPConnection.connect(server.settings())
        await withCheckedContinuation { continuation in
            connection.onClose { error in
                ended.withLock { $0.append(error) }
                continuation.resume()
            }
        }
        #expect(ended.withLock { $0.first??.message.contains("421 Timeout.") } == true)
        #expect(await storageError { try await connection.noop() }?.code == .connectionLost)
    }

    @Test func aCancelledCallEndsAtOnceAndTheNextReplyIsStillItsOwn() async throws {
        let server = try ScriptedServer { peer in
            try peer.logIn()
            try peer.expect("SIZE /slow")
            try peer.expect("SIZE /fast")
            peer.say("213 1", "213 2")
            peer.waitForEnd()
        }
        let connection = try await FTPConnection.connect(server.settings())
        let slow = try RemotePath("slow")
        let call = Task { try await connection.size(of: slow) }
        while await !connection.isWaiting { await Task.yield() }
        call.cancel()
        #expect(await storageError { _ = try await call.value }?.code == .cancelled)
        #expect(try await connection.size(of: RemotePath("fast")) == 2)
        await connection.close()
        #expect(server.problem == nil)
    }

    @Test func theLogShowsEverythingButSecrets() async throws {
        let server = try ScriptedServer { peer in
            try peer.logIn()
            peer.waitForEnd()
        }
        let lines = Mutex<[String]>([])
        var settings = server.settings()
        settings.log = WireLog([.sent, .received]) { line in
            lines.withLock { $0.append(String(line.drop { $0 != " " }.dropFirst())) }
        }
        let connection = try await FTPConnection.connect(settings)
        await connection.close()
        let log = lines.withLock { $0 }
        #expect(
            log.prefix(6) == [
                "* connecting to 127.0.0.1:\(server.port)", "< 220 scripted", "> USER u", "< 331 password",
                "> PASS ••••", "< 230 in",
            ])
    }
}

extension FTPConnection {
    /// Whether a command is waiting for its reply.
    var isWaiting: Bool { !control.queue.isEmpty }
}
