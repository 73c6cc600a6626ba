import FTP
import FaultInjection
import FileModel
import TLS
import Testing

/// Replies that never end, come unasked, or come in clear where they must not.
@Suite(.timeLimit(.minutes(2)))
struct FTPDialogueAttacks {
    /// Sends the same text until the client hangs up.
    private static func flood(_ text: String) -> HostileFTP.Act {
        { control, _ in while true { try await control.send(text) } }
    }

    @Test(arguments: ["FEAT", "PWD", "USER", "DELE"])
    func aReplyOfManyLinesWithoutEnd(_ command: String) async throws {
        var hostile = HostileFTP()
        let flood = Self.flood(String(repeating: " one more line\r\n", count: 500))
        hostile.acts[command] = { control, data in
            try await control.send("250-Here it comes\r\n")
            try await flood(control, data)
        }
        let site = try await HostileFTPSite(hostile)
        await boundedMemory {
            let error = await attack { try await site.remote.removeFile(.named("a")) }
            #expect(error?.code == .protocolViolation)
            #expect(error?.message.contains("the server's reply does not end") == true)
        }
        try await site.stop()
    }

    @Test(arguments: ["USER", "DELE"])
    func aLineWithoutEnd(_ command: String) async throws {
        var hostile = HostileFTP()
        hostile.acts[command] = Self.flood(String(repeating: "2", count: 9000))
        let site = try await HostileFTPSite(hostile)
        await boundedMemory {
            let error = await attack { try await site.remote.removeFile(.named("a")) }
            #expect(error?.code == .protocolViolation)
            #expect(error?.message.contains("the server's line does not end") == true)
        }
        try await site.stop()
    }

    @Test func aGreetingWithoutEnd() async throws {
        var hostile = HostileFTP()
        hostile.beforeGreeting = Self.flood(String(repeating: "220-hello\r\n", count: 500))
        let site = try await HostileFTPSite(hostile)
        let error = await attack { _ = try await site.remote.capabilities() }
        #expect(error?.message.contains("the server's reply does not end") == true)
        try await site.stop()
    }

    /// Every one starts the time limit anew.
    @Test func preliminaryRepliesWithoutEnd() async throws {
        var hostile = HostileFTP()
        hostile.acts["DELE"] = Self.flood("150 any moment now\r\n")
        let site = try await HostileFTPSite(hostile)
        let error = await attack { try await site.remote.removeFile(.named("a")) }
        #expect(error?.code == .protocolViolation)
        #expect(error?.message.contains("preliminary replies without end") == true)
        try await site.stop()
    }

    /// Empty lines are no reply, so they do not put the time limit off.
    @Test func emptyLinesWithoutEnd() async throws {
        var hostile = HostileFTP()
        hostile.acts["DELE"] = Self.flood("\r\n")
        let site = try await HostileFTPSite(hostile)
        let error = await attack { try await site.remote.removeFile(.named("a")) }
        #expect(error?.code == .timedOut)
        #expect(error?.message.contains("did not answer DELE within 1 s") == true)
        try await site.stop()
    }

    /// Dozens of words are looked for in a refusal: that must not take seconds.
    @Test func aRefusalOfAMegabyte() async throws {
        var hostile = HostileFTP()
        let line = String(repeating: "no reason is given here ", count: 40) + "\r\n"
        hostile.answer("DELE", "550-\(line)" + String(repeating: " \(line)", count: 1000) + "550 End\r\n")
        let site = try await HostileFTPSite(hostile)
        let error = await attack { try await site.remote.removeFile(.named("a")) }
        #expect(error?.code != .protocolViolation)
        try await site.stop()
    }

    /// The next command must not take an unasked reply for its own.
    @Test func aReplyNobodyAskedFor() async throws {
        var hostile = HostileFTP()
        hostile.answer("DELE /a", "250 done\r\n250 and done again\r\n")
        hostile.answer("DELE /b", "550 /b: Permission denied\r\n")
        let site = try await HostileFTPSite(hostile)
        try await site.remote.removeFile(.named("a"))
        let error = await attack { try await site.remote.removeFile(.named("b")) }
        #expect(error?.code == .permissionDenied)
        try await site.stop()
    }

    @Test(arguments: [
        "234 go on\r\n230 you are in\r\n", "234 go on\r\n220", "234 go on\r\n500-first\r\n",
        "234 go on\r\n200 ok\r\n200 ok\r\n",
    ])
    func bytesInClearAfterAUTH(_ answer: String) async throws {
        var hostile = HostileFTP()
        hostile.answer("AUTH", answer)
        let site = try await HostileFTPSite(hostile) { settings in
            var tls = TLSSettings()
            tls.trust = .any
            settings.security = FTPSecurity(mode: .explicit, context: try TLSContext(tls))
        }
        let error = await attack { _ = try await site.remote.capabilities() }
        #expect(error?.code == .protocolViolation)
        #expect(error?.message.contains("in clear") == true || error?.message.contains("nobody asked for") == true)
        #expect(!site.server.received.contains { $0.hasPrefix("USER") || $0.hasPrefix("PASS") })
        try await site.stop()
    }

    /// They come a moment later, in place of the handshake.
    @Test func clearBytesInPlaceOfTheHandshake() async throws {
        var hostile = HostileFTP()
        hostile.acts["AUTH"] = { control, _ in
            try await control.send("234 go on\r\n")
            _ = try await control.bytes(5)
            try await control.send("230 you are in\r\n")
            try await control.holdStill()
        }
        let site = try await HostileFTPSite(hostile) { settings in
            var tls = TLSSettings()
            tls.trust = .any
            settings.security = FTPSecurity(mode: .explicit, context: try TLSContext(tls))
        }
        let error = await attack { _ = try await site.remote.capabilities() }
        #expect(error?.code == .tlsFailed)
        #expect(!site.server.received.contains { $0.contains("PASS") })
        try await site.stop()
    }

    /// A path with `..` would move everything to where the server likes.
    @Test func aLoginFolderThatLeadsElsewhere() async throws {
        var hostile = HostileFTP()
        hostile.answer("PWD", "257 \"/home/../../etc\" is the place\r\n")
        let site = try await HostileFTPSite(hostile)
        let connection = try await FTPConnection.connect(site.settings)
        #expect(await connection.facts.loginDirectory == nil)
        await connection.close()
        try await site.stop()
    }
}
