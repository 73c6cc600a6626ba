import FileModel
import Synchronization
import Testing

@testable import FTP

/// Whether a name is free, asked in as few commands as the server's words allow.
@Suite(.timeLimit(.minutes(1))) struct FreeNameScripts {
    /// Which names are asked about, and what is asked, of a server that refuses SIZE with `words`.
    private func questions(
        about names: [String], sizeRefusal words: String, taken: Set<String> = [], folders: Set<String> = []
    ) async throws -> (free: [Bool], commands: [String]) {
        let told = Mutex<[String]>([])
        let server = try ScriptedServer { peer in
            peer.say("220 ProFTPD scripted")
            try peer.takeLogin(features: ["MLST type*;size*;modify*;", "SIZE", "MFMT"])
            while let line = peer.line() {
                told.withLock { $0.append(line) }
                let name = String(line.split(separator: "/").last ?? "")
                switch line.prefix(while: { $0 != " " }) {
                case "EPSV": peer.say("229 (|||1|)")
                case "SIZE" where taken.contains(name): peer.say("213 1")
                case "SIZE" where folders.contains(name): peer.say("550 \(name): not a regular file")
                case "SIZE": peer.say("550 \(words)")
                case "CWD" where folders.contains(name): peer.say("250 there")
                case "MLST" where taken.contains(name): peer.say("250-", " type=file;size=1; /\(name)", "250 end")
                case "MLST" where folders.contains(name): peer.say("250-", " type=dir; /\(name)", "250 end")
                case "CWD" where name.isEmpty: peer.say("250 there")
                case "CWD", "MLST": peer.say("550 /\(name): No such file or directory")
                case "QUIT": return peer.say("221 bye")
                default: peer.say("200 fine")
                }
            }
        }
        let connection = try await FTPConnection.connect(server.settings())
        var free: [Bool] = []
        for name in names { free.append(try await connection.isFree(try RemotePath(name))) }
        await connection.close()
        #expect(server.problem == nil)
        return (free, told.withLock { $0.filter { ["SIZE", "CWD ", "MLST"].contains($0.prefix(4)) && $0.count > 5 } })
    }

    /// The first name is asked about in every way, the next by SIZE alone.
    @Test func whereSizeSaysMissingItIsAskedAlone() async throws {
        let (free, commands) = try await questions(
            about: ["a", "b", "c"], sizeRefusal: "No such file or directory", taken: ["c"])
        #expect(free == [true, true, false])
        #expect(commands == ["MLST /a", "CWD /a", "SIZE /a", "SIZE /b", "SIZE /c"])
    }

    /// SIZE knows no folders: what it says of one is no answer.
    @Test func aFolderIsNoFreeName() async throws {
        let (free, commands) = try await questions(
            about: ["a", "d", "b"], sizeRefusal: "No such file or directory", folders: ["d"])
        #expect(free == [true, false, true])
        #expect(commands.contains("CWD /d"))
    }

    /// As vsftpd says it, a refused SIZE means nothing.
    @Test func vagueWordsAreNoAnswer() async throws {
        let (free, commands) = try await questions(about: ["a", "b"], sizeRefusal: "Could not get file size.")
        #expect(free == [true, true])
        #expect(commands.filter { $0.hasPrefix("MLST") } == ["MLST /a", "MLST /b"])
    }
}
