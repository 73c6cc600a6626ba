import FTP
import FileModel
import TLS
import Testing

/// Bytes that somebody in between puts where the protection of the line changes.
@Suite(.timeLimit(.minutes(1))) struct InjectionTests {
    /// In the packet of the answer to AUTH, and in one that follows it (CVE-2011-0411).
    @Test(arguments: ["220 injected\r\n", "x", "530 injected\r\n"], [true, false])
    func bytesBehindTheAnswerToAUTHAreAnAttack(injected: String, inTheSamePacket: Bool) async throws {
        let server = try ScriptedServer { peer in
            peer.say("220 scripted")
            try peer.expect("AUTH TLS")
            if inTheSamePacket {
                peer.send(Array(("234 go on\r\n" + injected).utf8))
            } else {
                peer.say("234 go on")
                peer.send(Array(injected.utf8))
            }
            // Whatever follows is no USER and no PASS: at most a ClientHello.
            while let bytes = peer.receiveRaw() {
                if bytes.first != 0x16 { throw ScriptProblem(description: "bytes other than a handshake came") }
            }
        }
        let settings = try await server.settings(.explicit)
        let error = await storageError { _ = try await FTPConnection.connect(settings) }
        if inTheSamePacket {
            #expect(error?.code == .protocolViolation)
            #expect(error?.message.contains("attack") == true, "\(String(describing: error))")
        } else {
            // The packet may also come when the handshake is under way, and spoil it.
            let codes: [StorageError.Code?] = [.protocolViolation, .tlsFailed, .timedOut]
            #expect(codes.contains(error?.code), "\(String(describing: error))")
        }
        #expect(server.problem == nil)
    }

    /// A greeting in clear is not kept for after the handshake.
    @Test func clearTextOnAnImplicitPortIsAFailedHandshake() async throws {
        let context = try await Peer.context()
        let server = try ScriptedServer { peer in
            peer.say("220 injected greeting")
            try? peer.startTLS(context)
            peer.waitForEnd()
        }
        let settings = try await server.settings(.implicit)
        let error = await storageError { _ = try await FTPConnection.connect(settings) }
        #expect(error?.code == .tlsFailed, "\(String(describing: error))")
        #expect(error?.message.contains("check the port and the TLS mode") == true, "\(String(describing: error))")
    }

    /// A reply in clear, right behind the server's agreement to CCC, is no answer to the next command.
    @Test func bytesBehindTheEndOfTLSAreAnAttack() async throws {
        let context = try await Peer.context()
        let server = try ScriptedServer { peer in
            peer.say("220 scripted")
            try peer.expect("AUTH TLS")
            peer.say("234 go on")
            try peer.startTLS(context)
            try peer.takeLogin(features: [])
            try peer.expect("CCC")
            peer.say("200 in clear from now on")
            peer.endTLS()
            peer.send(Array("257 \"/injected\"\r\n".utf8))
            peer.waitForEnd()
        }
        var settings = try await server.settings(.explicit)
        settings.security.clearsCommandChannel = true
        let error = await storageError { _ = try await FTPConnection.connect(settings) }
        #expect(error?.code == .protocolViolation, "\(String(describing: error))")
        #expect(server.problem == nil)
    }

    /// As above, but still encrypted: nobody asked for it.
    @Test func protectedBytesBehindTheAnswerToCCCAreAnAttack() async throws {
        let context = try await Peer.context()
        let server = try ScriptedServer { peer in
            peer.say("220 scripted")
            try peer.expect("AUTH TLS")
            peer.say("234 go on")
            try peer.startTLS(context)
            try peer.takeLogin(features: [])
            try peer.expect("CCC")
            peer.say("200 in clear from now on", "257 more")
            peer.waitForEnd()
        }
        var settings = try await server.settings(.explicit)
        settings.security.clearsCommandChannel = true
        let error = await storageError { _ = try await FTPConnection.connect(settings) }
        #expect(error?.code == .protocolViolation, "\(String(describing: error))")
        #expect(error?.message.contains("attack") == true)
        #expect(server.problem == nil)
    }
}
