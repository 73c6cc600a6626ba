import FTP
import FileModel
import TLS
import Testing

/// CCC on servers whose every step is known (RFC 2228 §3, RFC 4217 §12.3).
@Suite(.timeLimit(.minutes(1))) struct ClearCommandChannelTests {
    /// - Parameter serverEndsFirst: close_notify comes right behind the reply, or only after the client's.
    @Test(arguments: [true, false])
    func theControlConnectionGoesBackToClearText(serverEndsFirst: Bool) async throws {
        let context = try await Peer.context()
        let server = try ScriptedServer { peer in
            peer.say("220 scripted")
            try peer.expect("AUTH TLS")
            peer.say("234 go on")
            try peer.startTLS(context)
            try peer.takeLogin(features: [])
            try peer.expect("CCC")
            peer.say("200 in clear from now on")
            if serverEndsFirst { peer.endTLS() }
            try peer.awaitEndOfTLS(answering: !serverEndsFirst)
            // In clear on the wire:
            try peer.expect("NOOP")
            peer.say("200 fine")
            let data = try peer.openPassive()
            try peer.expect("RETR /f")
            peer.say("150 here it comes")
            let connection = try data.accept()
            try connection.startTLS(context)
            connection.sendEncrypted(Array("hello".utf8))
            connection.endTLS()
            connection.close()
            peer.say("226 done")
            try peer.expect("QUIT")
            peer.say("221 bye")
        }
        var settings = try await server.settings(.explicit)
        settings.security.clearsCommandChannel = true
        settings.security.resumption = .require
        let connection = try await FTPConnection.connect(settings)
        #expect(await connection.facts.clearedCommandChannel)
        #expect(await connection.facts.protectsData)
        try await connection.noop()
        #expect(try await connection.get(RemotePath("f")) == Array("hello".utf8))
        let protection = await connection.dataProtection
        #expect(protection.handshakes == 1 && protection.resumptions == 1)
        await connection.close()
        #expect(server.problem == nil)
    }

    @Test func aServerThatDoesNotEndTLSIsNamedInTime() async throws {
        let context = try await Peer.context()
        let server = try ScriptedServer { peer in
            peer.say("220 scripted")
            try peer.expect("AUTH TLS")
            peer.say("234 go on")
            try peer.startTLS(context)
            try peer.takeLogin(features: [])
            try peer.expect("CCC")
            peer.say("200 in clear from now on")
            peer.waitForEnd()
        }
        var settings = try await server.settings(.explicit)
        settings.security.clearsCommandChannel = true
        let error = await storageError { _ = try await FTPConnection.connect(settings) }
        #expect(error?.code == .timedOut)
        #expect(error?.message.contains("clear_command_channel") == true, "\(String(describing: error))")
    }

    @Test(arguments: ["500 CCC not understood", "534 not allowed here"])
    func aRefusalNamesTheKey(answer: String) async throws {
        let context = try await Peer.context()
        let server = try ScriptedServer { peer in
            peer.say("220 scripted")
            try peer.expect("AUTH TLS")
            peer.say("234 go on")
            try peer.startTLS(context)
            try peer.takeLogin(features: [])
            try peer.expect("CCC")
            peer.say(answer)
            peer.waitForEnd()
        }
        var settings = try await server.settings(.explicit)
        settings.security.clearsCommandChannel = true
        let error = await storageError { _ = try await FTPConnection.connect(settings) }
        #expect(error?.code == .tlsFailed)
        #expect(error?.serverReply == answer)
        #expect(error?.message.contains("set clear_command_channel = false") == true)
    }

    @Test func withoutTLSThereIsNothingToClear() async throws {
        let server = try ScriptedServer { peer in
            peer.say("220 scripted")
            try peer.expect("AUTH TLS")
            peer.say("500 AUTH?")
            try peer.takeLogin(features: [])
            try peer.expect("QUIT")
            peer.say("221 bye")
        }
        var settings = try await server.settings(.ifAvailable)
        settings.security.clearsCommandChannel = true
        await (try FTPConnection.connect(settings)).close()
        #expect(server.problem == nil)
    }
}
