import FileModel
import Synchronization
import Testing
import Transport

@testable import FTP

/// Active mode where no real server does what is tested.
@Suite(.timeLimit(.minutes(1))) struct ActiveModeScripts {
    private let file = try! RemotePath("f")

    private func settings(_ server: ScriptedServer, _ ports: ClosedRange<Int> = 50_000...50_100) -> FTPSettings {
        var settings = server.settings()
        settings.data.mode = .active
        settings.data.activePorts = ports
        settings.timeouts.connect = .seconds(1)
        return settings
    }

    @Test func theConnectionOfAThirdHostIsClosedAndTheWaitGoesOn() async throws {
        let strangers = Mutex(0)
        let server = try ScriptedServer { peer in
            try peer.logIn()
            let port = try peer.takePort()
            try peer.expect("RETR /f")
            peer.say("150 coming")
            for _ in 0..<3 {
                let stranger = try Peer(connectingTo: port, from: 9)
                stranger.send([66, 65, 68])
                if stranger.readAll().isEmpty { strangers.withLock { $0 += 1 } }
                stranger.close()
            }
            let data = try Peer(connectingTo: port)
            data.send([1, 2, 3])
            data.close()
            peer.say("226 done")
            // The port is closed after its one connection.
            let deadline = ContinuousClock.now + .seconds(5)
            while let late = try? Peer(connectingTo: port) {
                late.close()
                if ContinuousClock.now > deadline { throw ScriptProblem(description: "the port is still open") }
            }
            peer.waitForEnd()
        }
        let connection = try await FTPConnection.connect(settings(server))
        #expect(try await connection.get(file) == [1, 2, 3])
        await connection.close()
        #expect(server.problem == nil)
        #expect(strangers.withLock { $0 } == 3)
    }

    @Test(arguments: [true, false])
    func aServerThatNeverComesIsToldWithTheRemedy(isDownload: Bool) async throws {
        let server = try ScriptedServer { peer in
            try peer.logIn()
            _ = try peer.takePort()
            peer.waitForEnd()
        }
        let connection = try await FTPConnection.connect(settings(server))
        let error = await storageError {
            if isDownload { _ = try await connection.get(file) } else { try await connection.put([1], to: file) }
        }
        #expect(error?.code == .dataConnectionFailed)
        #expect(error?.message.contains("active mode") == true && error?.message.contains("did not connect") == true)
        #expect(error?.message.contains("active_ports (50000-50100)") == true)
        await connection.close()
    }

    @Test func aServerThatCannotReachUsIsToldWithTheRemedy() async throws {
        let server = try ScriptedServer { peer in
            try peer.logIn()
            for _ in 0..<3 {
                _ = try peer.takePort()
                try peer.expect("RETR /f")
                peer.say("425 Can't build data connection: No route to host")
            }
            try peer.expect("NOOP")
            peer.say("200 ok")
            peer.waitForEnd()
        }
        let connection = try await FTPConnection.connect(settings(server))
        let error = await storageError { _ = try await connection.get(file) }
        #expect(error?.code == .dataConnectionFailed)
        #expect(error?.message.contains("active mode") == true && error?.message.contains("No route") == true)
        try await connection.noop()
        await connection.close()
        #expect(server.problem == nil)
    }

    @Test func aRangeWithoutAFreePortIsNamed() async throws {
        let (first, second) = (try DataListener(), try DataListener())
        let server = try ScriptedServer(connections: 2) { peer in
            try peer.logIn()
            peer.waitForEnd()
        }
        for taken in [first, second] {
            let connection = try await FTPConnection.connect(settings(server, taken.port...taken.port))
            let error = await storageError { _ = try await connection.get(file) }
            #expect(error?.code == .dataConnectionFailed)
            #expect(error?.message.contains("active_ports (\(taken.port)-\(taken.port))") == true)
            await connection.close()
        }
    }

    @Test func theNextFreePortIsTaken() async throws {
        let taken = try DataListener()
        let ports = Mutex<[Int]>([])
        let server = try ScriptedServer { peer in
            try peer.logIn()
            for _ in 0..<2 {
                let port = try peer.takePort()
                ports.withLock { $0.append(port) }
                try peer.expect("RETR /f")
                peer.say("150 coming")
                let data = try Peer(connectingTo: port)
                data.send([7])
                data.close()
                peer.say("226 done")
            }
            peer.waitForEnd()
        }
        let connection = try await FTPConnection.connect(settings(server, taken.port...taken.port + 20))
        for _ in 0..<2 { #expect(try await connection.get(file) == [7]) }
        await connection.close()
        #expect(server.problem == nil)
        let used = ports.withLock { $0 }
        #expect(used.count == 2 && used[0] > taken.port && used[1] > used[0])
    }

    @Test func activeModeAndAProxyContradictEachOther() async throws {
        var settings = FTPSettings(
            endpoint: Endpoint(host: "127.0.0.1", port: 1), credentials: .anonymous, security: .none)
        settings.data.mode = .extendedActive
        settings.dialing.proxy = ProxySettings(kind: .socks5, endpoint: Endpoint(host: "127.0.0.1", port: 1))
        let error = await storageError { _ = try await FTPConnection.connect(settings) }
        #expect(error?.code == .configuration && error?.message.contains("proxy") == true)
    }
}
