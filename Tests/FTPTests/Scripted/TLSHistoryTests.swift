import FTP
import FileModel
import TLS
import Testing

/// `if-available` on servers that offer TLS, or do so no more.
@Suite(.timeLimit(.minutes(1))) struct TLSHistoryTests {
    @Test func aServerThatOfferedTLSIsHeldToIt() async throws {
        let context = try await Peer.context()
        let server = try ScriptedServer(connections: 2) { peer in
            peer.say("220 scripted")
            try peer.expect("AUTH TLS")
            if peer.number == 1 {
                peer.say("234 go on")
                try peer.startTLS(context)
                try peer.takeLogin(features: [])
                try peer.expect("QUIT")
                peer.say("221 bye")
            } else {
                peer.say("500 AUTH not understood")
                if let line = peer.line() { throw ScriptProblem(description: "'\(line)' came in clear") }
            }
        }
        let settings = try await server.settings(.ifAvailable)
        await (try FTPConnection.connect(settings)).close()
        let error = await storageError { _ = try await FTPConnection.connect(settings) }
        #expect(error?.code == .tlsFailed)
        #expect(error?.message.contains("offered TLS before") == true, "\(String(describing: error))")
        #expect(error?.message.contains("mode = \"never\"") == true)
        #expect(error?.serverReply == "500 AUTH not understood")
        #expect(server.problem == nil)
    }

    /// An agreement to AUTH counts even when the handshake fails, and nothing is sent in clear after it.
    @Test func aFailedHandshakeIsNeverFollowedByClearText() async throws {
        let context = try await Peer.context()
        let server = try ScriptedServer(connections: 2) { peer in
            peer.say("220 scripted")
            try peer.expect("AUTH TLS")
            if peer.number == 1 {
                peer.say("234 go on")
                try? peer.startTLS(context)
            } else {
                peer.say("502 no TLS here")
            }
            if let line = peer.line(), line.hasPrefix("USER") { throw ScriptProblem(description: "a login came") }
        }
        var settings = try await server.settings(.ifAvailable)
        settings.security.context = try TLSContext()
        let error = await storageError { _ = try await FTPConnection.connect(settings) }
        #expect(error?.code == .tlsFailed)
        #expect(error?.message.contains("nothing was sent in clear") == true, "\(String(describing: error))")
        let second = await storageError { _ = try await FTPConnection.connect(settings) }
        #expect(second?.message.contains("offered TLS before") == true, "\(String(describing: second))")
        #expect(server.problem == nil)
    }
}
