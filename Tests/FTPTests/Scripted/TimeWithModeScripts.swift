import FileModel
import NIOCore
import Synchronization
import Testing

@testable import FTP

/// Time and mode as one command, where FEAT offers it.
@Suite(.timeLimit(.minutes(1))) struct TimeWithModeScripts {
    private let features = [
        "MLST type*;size*;modify*;", "MDTM", "SIZE", "MFMT", "MFF modify;UNIX.mode;",
    ]

    /// Takes files as ProFTPD does, but for `refused`, and hands over what it was told.
    private func server(refusing refused: String, _ told: @escaping @Sendable (String) -> Void) throws -> ScriptedServer
    {
        try ScriptedServer { [features] peer in
            peer.say("220 ProFTPD scripted")
            try peer.takeLogin(features: features)
            var data: DataListener?
            var time = TimeValue.format(.now())
            while let line = peer.line() {
                told(line)
                switch line.prefix(while: { $0 != " " }) {
                case "EPSV":
                    let next = try DataListener()
                    peer.say("229 (|||\(next.port)|)")
                    data = next
                case "STOR":
                    guard let open = data else { throw ScriptProblem(description: "no EPSV before \(line)") }
                    let connection = try open.accept()
                    peer.say("150 go on")
                    connection.waitForEnd()
                    connection.close()
                    peer.say("226 done")
                case _ where line.hasPrefix(refused): peer.say("550 no")
                case "MFMT":
                    time = String(line.dropFirst(5).prefix(14))
                    peer.say("213 Modify=\(time)")
                case "MDTM": peer.say("213 \(time)")
                case "MFF": peer.say("213 fine")
                case "MLST" where line.hasSuffix(".part"):
                    peer.say("250-", " type=file;size=1;modify=\(time); \(line.dropFirst(5))", "250 end")
                case "RNFR": peer.say("350 go on")
                case "RNTO": peer.say("250 done")
                case "QUIT": return peer.say("221 bye")
                default: peer.say("550 no")
                }
            }
        }
    }

    private func commands(refusing refused: String) async throws -> [String] {
        let lines = Mutex<[String]>([])
        let server = try server(refusing: refused) { line in lines.withLock { $0.append(line) } }
        let connection = try await FTPConnection.connect(server.settings())
        for number in 1...3 {
            let placement = FTPPlacement(
                ByteBuffer(bytes: [7]), temporary: try RemotePath(".f\(number).part"),
                target: try RemotePath("f\(number)"), modified: Timestamp(seconds: 1_500_000_000), permissions: 0o640,
                replaces: false)
            guard case .renaming(let rename, let seen) = try await connection.place(placement) else {
                throw ScriptProblem(description: "the name was taken")
            }
            try await rename.verdict()
            #expect(seen?.size == 1)
        }
        await connection.close()
        #expect(server.problem == nil)
        return lines.withLock { $0 }
    }

    /// The first file has proven MFMT; from then on one command does both.
    @Test func timeAndModeTravelAsOneCommand() async throws {
        let commands = try await commands(refusing: "nothing")
        #expect(commands.count { $0.hasPrefix("MFMT") } == 1)
        for number in 2...3 {
            #expect(commands.contains("MFF modify=20170714024000;UNIX.mode=0640; /.f\(number).part"), "\(commands)")
        }
    }

    @Test func whereTheyAreRefusedTogetherEachHasItsOwnCommandAgain() async throws {
        let commands = try await commands(refusing: "MFF modify")
        #expect(commands.count { $0.hasPrefix("MFF modify") } == 1)
        for number in 1...3 {
            #expect(commands.contains("MFMT 20170714024000 /.f\(number).part"), "\(commands)")
            #expect(commands.contains("MFF UNIX.mode=0640; /.f\(number).part"), "\(commands)")
        }
    }
}
