import FileModel
import Foundation
import Testing

@testable import Definitions

@Suite(.timeLimit(.minutes(1))) struct SecretTests {
    private func resolve(
        _ source: SecretSource, environment: [String: String] = [:], host: String = "h", user: String? = "me",
        timeout: Duration = .seconds(20)
    ) async -> Result<String, StorageError> {
        var environment = environment
        environment["PATH"] = "/usr/bin:/bin"
        do throws(StorageError) {
            let resolver = SecretResolver(environment: environment, commandTimeout: timeout)
            return .success(try await resolver.resolve(source, host: host, user: user).revealed)
        } catch {
            return .failure(error)
        }
    }

    private func message(_ result: Result<String, StorageError>) -> String {
        switch result {
        case .success(let text): "success \(text)"
        case .failure(let error): error.code == .configuration ? error.message : "\(error.code): \(error.message)"
        }
    }

    @Test func files() async throws {
        let folder = makeTemporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = "\(folder)/secret"
        try write("hunter2\r\nsecond line\n", to: path)
        #expect(await resolve(.file(path)) == .success("hunter2"))
        try write("hunter2", to: path, mode: 0o640)
        #expect(
            message(await resolve(.file(path)))
                == "\(path) holds a password and can be read by others; run: chmod 600 \(path)")
        try write("\n", to: path)
        #expect(message(await resolve(.file(path))) == "\(path) is empty; its first line should be the password")
        #expect(
            message(await resolve(.file(folder + "/none")))
                == "the password cannot be read: \(folder)/none does not exist")
    }

    @Test func environmentAndInline() async {
        #expect(await resolve(.environment("PW"), environment: ["PW": "x y"]) == .success("x y"))
        #expect(
            message(await resolve(.environment("PW")))
                == "the environment variable PW is not set; it should hold the password")
        #expect(await resolve(.inline(Secret("z"))) == .success("z"))
    }

    @Test func credentials() async throws {
        let folder = makeTemporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try write("c\n", to: "\(folder)/prod", mode: 0o440)
        #expect(await resolve(.credential("prod"), environment: ["CREDENTIALS_DIRECTORY": folder]) == .success("c"))
        #expect(message(await resolve(.credential("prod"))).contains("LoadCredential=prod:FILE"))
        #expect(
            message(await resolve(.credential("../x"), environment: ["CREDENTIALS_DIRECTORY": folder]))
                == "'../x' is not the name of a credential")
    }

    @Test func commands() async {
        #expect(
            await resolve(.command(["sh", "-c", "echo \"$A b\"; echo more"]), environment: ["A": "a"])
                == .success("a b"))
        #expect(
            message(await resolve(.command(["sh", "-c", "echo secret; exit 3"])))
                == "password_command 'sh' gave no password: it ended with status 3")
        #expect(
            message(await resolve(.command(["/no/such/program"])))
                == "password_command '/no/such/program' gave no password: No such file or directory")
        #expect(
            message(await resolve(.command(["sh", "-c", "exec sleep 60"]), timeout: .milliseconds(100)))
                == "password_command 'sh' gave no password: it was not done after 100ms")
        #expect(
            message(await resolve(.command(["true"])))
                == "the output of true is empty; its first line should be the password")
    }

    @Test(
        arguments: [
            ("h", "me", "one"), ("H", "you", "two"), ("quoted", nil, "a \"b"), ("elsewhere", "me", "any"),
        ] as [(String, String?, String)])
    func netrcEntries(host: String, user: String?, password: String) async throws {
        let folder = makeTemporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let text = """
            # machine h login me password wrong
            macdef init
            machine h login me password wrong

            machine h login me
              password one
            machine h login you account x password two
            machine quoted password "a \\"b"
            default login me password any
            """
        try write(text, to: "\(folder)/netrc")
        #expect(await resolve(.netrc("\(folder)/netrc"), host: host, user: user) == .success(password))
    }

    @Test func netrcWithoutTheHost() async throws {
        let folder = makeTemporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try write("machine other password x", to: "\(folder)/netrc")
        #expect(
            message(await resolve(.netrc("\(folder)/netrc")))
                == "\(folder)/netrc has no password for h and the user 'me'")
    }
}
