import FileModel
import TLS
import Testing

@testable import FTP

/// What a login leaves out, or sends ahead, because an earlier session has seen the server.
@Suite struct LoginExpectationTests {
    private let featReply = Reply(
        code: 211, lines: ["Features:", " UTF8", " MLST type*;size;", "End"].map { Array($0.utf8) })

    private func machine(
        _ mode: FTPSecurityMode = .never, _ expectations: LoginExpectations, offeredTLSBefore: Bool = false
    ) -> LoginMachine {
        LoginMachine(
            credentials: FTPCredentials(user: "u", password: Secret("p")),
            security: FTPSecurity(mode: mode, context: nil), offeredTLSBefore: offeredTLSBefore,
            expectations: expectations)
    }

    private func names(_ action: LoginMachine.Action) -> [String] {
        guard case .send(let commands) = action else { return [] }
        return commands.map(\.description)
    }

    /// From the greeting to what is sent after a good password.
    private func logIn(_ machine: inout LoginMachine) -> [String] {
        _ = machine.start()
        for reply in [Reply(220, "ProFTPD"), Reply(331, "")] { _ = machine.replyReceived(reply) }
        return names(machine.replyReceived(Reply(230, "")))
    }

    private func finished(_ action: LoginMachine.Action) -> SessionFacts? {
        guard case .finish(let facts) = action else { return nil }
        return facts
    }

    @Test func knownFeaturesSaveARoundTrip() throws {
        var machine = machine(
            .never, LoginExpectations(features: FeatureSet(featReply), dataCommand: .extendedPassive))
        #expect(logIn(&machine) == ["FEAT", "TYPE I", "PWD", "OPTS UTF8 ON", "OPTS MLST type;size;", "EPSV"])
        var last = machine.replyReceived(featReply)
        for reply in [Reply(200, ""), Reply(257, "\"/\""), Reply(200, ""), Reply(200, ""), Reply(229, "(|||2121|)")] {
            last = machine.replyReceived(reply)
        }
        let facts = try #require(finished(last))
        #expect(facts.nextData?.code == 229 && facts.features.hasUTF8)
    }

    @Test func aServerWithOtherFeaturesIsAskedAgain() throws {
        var machine = machine(.never, LoginExpectations(features: FeatureSet()))
        #expect(logIn(&machine) == ["FEAT", "TYPE I", "PWD"])
        _ = machine.replyReceived(featReply)
        _ = machine.replyReceived(Reply(200, ""))
        let facts = try #require(finished(machine.replyReceived(Reply(257, "\"/\""))))
        #expect(facts.openOptions.map(\.description) == ["OPTS UTF8 ON", "OPTS MLST type;size;"])
    }

    private let burst = ["USER u", "PASS ••••", "FEAT", "TYPE I", "PWD"]

    @Test func aServerThatLetUsInIsGreetedWithAllInOneFlight() throws {
        var machine = machine(.never, LoginExpectations(asksForPassword: true))
        _ = machine.start()
        #expect(names(machine.replyReceived(Reply(220, "ProFTPD"))) == burst)
        for reply in [Reply(331, ""), Reply(230, ""), featReply, Reply(200, "")] {
            #expect(machine.replyReceived(reply) == .awaitReply)
        }
        #expect(try #require(finished(machine.replyReceived(Reply(257, "\"/\"")))).askedForPassword)
    }

    /// What is under way is answered all the same.
    @Test func aUserWhoNeedsNoPasswordAnyMoreIsInWhateverPASSIsAnsweredWith() throws {
        var machine = machine(.never, LoginExpectations(asksForPassword: true))
        _ = machine.start()
        _ = machine.replyReceived(Reply(220, "ProFTPD"))
        for reply in [Reply(230, ""), Reply(503, "you are in"), featReply, Reply(200, "")] {
            #expect(machine.replyReceived(reply) == .awaitReply)
        }
        #expect(try !#require(finished(machine.replyReceived(Reply(257, "\"/\"")))).askedForPassword)
    }

    @Test func anUnknownServerIsAskedStepByStep() {
        var machine = machine(.never, LoginExpectations(asksForPassword: true))
        _ = machine.start()
        #expect(names(machine.replyReceived(Reply(220, "hello"))) == ["USER u"])
    }

    @Test func thePasswordWaitsForTLS() {
        var machine = machine(.explicit, LoginExpectations(asksForPassword: true))
        _ = machine.start()
        #expect(names(machine.replyReceived(Reply(220, "ProFTPD"))) == ["AUTH TLS"])
        #expect(machine.replyReceived(Reply(234, "")) == .startTLS)
        #expect(names(machine.tlsEstablished()).prefix(4) == ["USER u", "PASS ••••", "PBSZ 0", "PROT P"])
    }

    @Test func aServerThatJustRefusedTLSIsNotAskedForItAgain() {
        var machine = machine(.ifAvailable, LoginExpectations(refusesTLS: true))
        _ = machine.start()
        #expect(names(machine.replyReceived(Reply(220, ""))) == ["USER u"])
    }

    @Test(arguments: [(FTPSecurityMode.explicit, false), (.ifAvailable, true)])
    func whoeverWantsTLSAsksForItWhateverIsExpected(mode: FTPSecurityMode, offeredTLSBefore: Bool) {
        var machine = machine(mode, LoginExpectations(refusesTLS: true), offeredTLSBefore: offeredTLSBefore)
        _ = machine.start()
        #expect(names(machine.replyReceived(Reply(220, ""))) == ["AUTH TLS"])
    }
}
