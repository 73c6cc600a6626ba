/// How a scripted FTP server speaks: its answers to single commands, its listings, its files.
///
/// Everything else it answers as a plain server of RFC 959 does.
public struct FTPDialect: Sendable {
    public var greeting = "220 ready\r\n"
    /// Answers by command line (`MLST a`) or by verb (`MLST`); the longer key wins. They need their `\r\n`.
    public var answers: [String: String] = [:]
    /// What LIST sends, for every directory.
    public var listing = ""
    /// What MLSD sends; nil: 500.
    public var machineListing: String?
    /// What RETR sends, by the argument.
    public var files: [String: [UInt8]] = [:]
    /// What RETR sends for all others; nil: 550.
    public var otherFiles: [UInt8]?
    /// The reply that ends every transfer.
    public var completion = "226 done\r\n"

    public init() {}

    /// Speaks until the client leaves.
    @Sendable public func serve(_ session: ScriptedSession) async throws {
        try await session.send(greeting)
        var port: ScriptedDataPort?
        while true {
            let line = try await session.line()
            let verb = String(line.prefix { $0 != " " }).uppercased()
            let argument = String(line.dropFirst(verb.count + 1))
            if let answer = answers[line] ?? answers[verb] {
                try await session.send(answer)
            } else if verb == "EPSV" || verb == "PASV" {
                port?.close()
                let opened = try await session.passivePort()
                try await session.send(verb == "EPSV" ? opened.extendedReply : opened.reply())
                port = opened
            } else if let data = content(verb, argument), let open = port.take() {
                try await send(data, over: open, session)
            } else if verb == "STOR" || verb == "APPE", let open = port.take() {
                try await session.send("150 go on\r\n")
                _ = try await open.receive()
                try await session.send(completion)
            } else {
                try await session.send(Self.plainAnswer(to: verb))
                if verb == "QUIT" { return }
            }
        }
    }

    private func content(_ verb: String, _ argument: String) -> [UInt8]? {
        switch verb {
        case "LIST": Array(listing.utf8)
        case "MLSD": machineListing.map { Array($0.utf8) }
        case "RETR": files[argument] ?? otherFiles
        default: nil
        }
    }

    private func send(_ data: [UInt8], over port: ScriptedDataPort, _ session: ScriptedSession) async throws {
        try await session.send("150 here it comes\r\n")
        try await port.deliver(data)
        try await session.send(completion)
    }

    private static func plainAnswer(to verb: String) -> String {
        switch verb {
        case "USER": "331 password, please\r\n"
        case "PASS": "230 welcome\r\n"
        case "SYST": "215 UNIX Type: L8\r\n"
        case "PWD": "257 \"/\" is the current directory\r\n"
        case "CWD", "CDUP", "DELE", "RMD", "RNTO": "250 done\r\n"
        case "MKD": "257 created\r\n"
        case "RNFR", "REST": "350 go on\r\n"
        case "TYPE", "NOOP", "MODE", "STRU", "OPTS": "200 fine\r\n"
        case "QUIT": "221 goodbye\r\n"
        case "RETR", "SIZE", "MDTM": "550 no such file\r\n"
        default: "500 what?\r\n"
        }
    }
}
