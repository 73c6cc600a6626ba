import ConnectionPool
import FTP
import FaultInjection
import FileModel
import NIOCore
import Remotes
import TestServers
import Transport

/// An FTP server that behaves until the command of a test comes.
struct HostileFTP: Sendable {
    /// Plays the server's part after one command.
    ///
    /// - Parameter data: the port of the last EPSV or PASV.
    typealias Act = @Sendable (_ control: ScriptedSession, _ data: ScriptedDataPort?) async throws -> Void

    /// By command line (`MLST /a`) or verb; the longer key wins.
    var acts: [String: Act] = [:]
    var greeting = "220 ready\r\n"
    /// What FEAT lists, apart from EPSV.
    var features = ["MLST type*;size*;modify*;", "SIZE", "MDTM"]
    /// Between the handshake and the first command.
    var beforeGreeting: Act?

    mutating func answer(_ command: String, _ reply: String) {
        acts[command] = { control, _ in try await control.send(reply) }
    }

    /// Sends `data` on the data connection with all the right replies around it.
    mutating func deliver(_ command: String, _ data: String) {
        acts[command] = { control, port in
            guard let port else { return }
            try await control.send("150 here\r\n")
            try await port.deliver(Array(data.utf8))
            try await control.send("226 done\r\n")
        }
    }

    /// A directory with one file, as MLST and MLSD tell it.
    mutating func show(_ name: String, size: String) {
        answer("MLST /\(name)", "250-Listing\r\n type=file;size=\(size); /\(name)\r\n250 End\r\n")
        deliver("MLSD", "type=cdir; .\r\ntype=file;size=\(size); \(name)\r\n")
    }

    @Sendable func serve(_ session: ScriptedSession) async throws {
        try await beforeGreeting?(session, nil)
        try await session.send(greeting)
        var port: ScriptedDataPort?
        while true {
            let line = try await session.line()
            let verb = String(line.prefix { $0 != " " })
            if let act = acts[line] ?? acts[verb] {
                try await act(session, port)
            } else if verb == "EPSV" {
                port?.close()
                let opened = try await session.passivePort()
                port = opened
                try await session.send(opened.extendedReply)
            } else {
                try await session.send(plainAnswer(verb))
                if verb == "QUIT" { return }
            }
        }
    }

    private func plainAnswer(_ verb: String) -> String {
        switch verb {
        case "USER": "331 password, please\r\n"
        case "PASS": "230 welcome\r\n"
        case "FEAT": "211-Features:\r\n EPSV\r\n" + features.map { " \($0)\r\n" }.joined() + "211 End\r\n"
        case "PWD": "257 \"/\" is the place\r\n"
        case "CWD", "DELE", "RMD", "RNTO": "250 done\r\n"
        case "TYPE", "OPTS", "NOOP": "200 fine\r\n"
        case "REST", "RNFR": "350 go on\r\n"
        case "QUIT": "221 goodbye\r\n"
        case "ABOR": "226 nothing to abort\r\n"
        default: "500 what?\r\n"
        }
    }
}

/// A remote on a hostile server.
struct HostileFTPSite: Sendable {
    let server: ScriptedServer
    let remote: FTPRemote
    let settings: FTPSettings

    init(
        _ hostile: HostileFTP, _ change: (inout FTPSettings) throws -> Void = { _ in }
    ) async throws {
        server = try await ScriptedServer(hostile.serve)
        var settings = FTPSettings(
            endpoint: Endpoint(host: server.host, port: server.port),
            credentials: FTPCredentials(user: "me", password: Secret("sesame")), security: .none)
        settings.timeouts = FTPTimeouts(command: .seconds(1), connect: .seconds(1), verdict: .seconds(1))
        try change(&settings)
        self.settings = settings
        let final = settings
        var pool = PoolConfiguration(name: "hostile", maximumConnections: 2)
        pool.leaseTimeout = .seconds(10)
        remote = FTPRemote(identity: "ftp://hostile", root: .absolute(.root), pool: pool) { () throws(StorageError) in
            try await FTPConnection.connect(final)
        }
    }

    func stop() async throws {
        await remote.shutdown()
        try await server.stop()
    }
}
