import FileModel
import Testing

@testable import FTP

/// What `synchronize_data_channel` promises, seen from the server's side.
@Suite(.timeLimit(.minutes(1))) struct SynchronizedScripts {
    private let file = try! RemotePath("f")

    @Test func nothingIsSentBeforeTheStepBeforeHasEnded() async throws {
        let server = try ScriptedServer { peer in
            try peer.logInStepByStep()
            var data = try DataListener()
            try peer.answerAlone("EPSV", "229 (|||\(data.port)|)")
            try peer.answerAlone("REST 2", "350 at 2")
            let download = try data.accept()
            try peer.answerAlone("RETR /f", "150 here")
            download.send([3, 4])
            download.close()
            try peer.expectSilence()
            peer.say("226 done")

            data = try DataListener()
            try peer.answerAlone("EPSV", "229 (|||\(data.port)|)")
            let upload = try data.accept()
            try peer.answerAlone("STOR /f", "150 go on")
            guard upload.readAll() == [5, 6] else { throw ScriptProblem(description: "other bytes") }
            peer.say("226 done")
            // The reply alone is not the end: our side of the data connection is still open.
            try peer.expectSilence()
            upload.close()
            try peer.answerAlone("NOOP", "200 ok")
            try peer.answerAlone("QUIT", "221 bye")
        }
        var settings = server.settings()
        settings.data.isSynchronized = true
        let connection = try await FTPConnection.connect(settings)
        #expect(try await connection.get(file, from: 2) == [3, 4])
        try await connection.put([5, 6], to: file)
        try await connection.noop()
        await connection.close()
        #expect(server.problem == nil)
    }

    /// Nobody listens at the port that the server names.
    @Test func aDownloadIsNotAskedForWithoutItsDataConnection() async throws {
        let server = try ScriptedServer { peer in
            try peer.logInStepByStep()
            try peer.answerAlone("EPSV", "229 (|||1|)")
            try peer.answerAlone("NOOP", "200 ok")
            peer.waitForEnd()
        }
        var settings = server.settings()
        settings.data.isSynchronized = true
        settings.data.mode = .extendedPassive
        let connection = try await FTPConnection.connect(settings)
        #expect(await storageError { _ = try await connection.get(file) }?.code == .dataConnectionFailed)
        try await connection.noop()
        await connection.close()
        #expect(server.problem == nil)
    }
}

extension Peer {
    fileprivate func logInStepByStep() throws {
        say("220 scripted")
        try answerAlone("USER u", "331 password")
        try answerAlone("PASS p", "230 in")
        try answerAlone("FEAT", "211-Features:\r\n REST STREAM\r\n211 End")
        try answerAlone("TYPE I", "200 I")
        try answerAlone("PWD", "257 \"/\"")
    }

    /// Takes a command, sees that no other follows on its heels, and answers it.
    fileprivate func answerAlone(_ command: String, _ reply: String) throws {
        try expect(command)
        try expectSilence()
        say(reply)
    }
}
