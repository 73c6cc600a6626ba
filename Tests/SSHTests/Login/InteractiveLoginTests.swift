import FileModel
import TestServers
import Testing

@testable import SSH

/// keyboard-interactive (RFC 4256) with the questions that a test chooses, against asyncssh.
@Suite(.timeLimit(.minutes(1))) struct InteractiveLoginTests {
    private static let password = [InteractiveQuestion("Password: ")]

    private func answers(_ server: TestServer) -> [String] {
        server.log().split(separator: "\n").map(String.init).filter { $0.hasPrefix("answers ") }
    }

    @Test func answersSeveralQuestionsInSeveralRounds() async throws {
        let server = try await TestServer.asyncSSH(
            questions: [
                [InteractiveQuestion("Name: ", isEchoed: true)] + Self.password, [InteractiveQuestion("PIN: ")],
            ],
            methods: ["keyboard-interactive"])
        let error = await refusal(try SSHSettings(reaching: server, by: [.keyboardInteractive]))
        #expect(error == nil, "\(error?.message ?? "")")
        #expect(await eventually { answers(server) == ["answers right", "answers right"] })
    }

    @Test func aWrongPasswordIsSentOnce() async throws {
        let server = try await TestServer.asyncSSH(
            questions: [Self.password], methods: ["keyboard-interactive", "password"])
        for methods in [[SSHLoginMethod.keyboardInteractive, .password], [.password, .keyboardInteractive]] {
            var settings = try SSHSettings(reaching: server, by: methods)
            settings.credentials.password = Secret("open sesame")
            let error = try #require(await refusal(settings))
            #expect(error.code == .loginFailed && !error.message.contains("sesame"))
            #expect(error.message.contains("\(methods[0].rawValue): refused"), "\(error.message)")
            #expect(!error.message.contains("\(methods[1].rawValue): refused"), "\(error.message)")
        }
        #expect(answers(server) == ["answers wrong"])
        #expect(server.log().components(separatedBy: "password for").count == 2)
    }

    @Test func aQuestionThatComesAgainDoesNotGetThePasswordAgain() async throws {
        let server = try await TestServer.asyncSSH(
            questions: [Self.password, Self.password], methods: ["keyboard-interactive"])
        let error = try #require(await refusal(try SSHSettings(reaching: server, by: [.keyboardInteractive])))
        #expect(error.code == .loginFailed)
        #expect(error.message.contains("the server asked 'Password:', 'Password:'"), "\(error.message)")
        #expect(error.message.contains("transport = \"openssh\""))
        #expect(answers(server) == ["answers right", "answers wrong"])
    }

    @Test func aServerThatAsksWithoutEndIsLeft() async throws {
        let rounds = (1...20).map { [InteractiveQuestion("Question \($0): ")] }
        let server = try await TestServer.asyncSSH(questions: rounds, methods: ["keyboard-interactive"])
        let error = try #require(await refusal(try SSHSettings(reaching: server, by: [.keyboardInteractive])))
        #expect(error.code == .loginFailed)
        #expect(error.message.contains("asks questions without end: 'Question 1:', 'Question 2:'"), "\(error.message)")
    }
}
