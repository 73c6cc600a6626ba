import FileModel
import Glibc
import TestServers
import Testing

@testable import SSH

/// Agents with many keys, and agents that do not answer, against OpenSSH's sshd.
@Suite(.timeLimit(.minutes(1))) struct AgentLoginTests {
    /// An agent that holds the account's key as the last of ten.
    private struct FullAgent {
        let folder: TemporaryFolder
        let process: ChildProcess
        var socket: String { folder("agent") }

        init(with key: String) async throws {
            let folder = try TemporaryFolder()
            self.folder = folder
            process = try ChildProcess(["ssh-agent", "-D", "-a", folder("agent")])
            let environment: [String: String?] = ["SSH_AUTH_SOCK": folder("agent")]
            #expect(await eventually { access(folder("agent"), F_OK) == 0 })
            var keys: [String] = []
            for number in 1...9 { keys.append(try await SSHKeys(at: folder("key\(number)")).privateKeyFile) }
            let added = try await run(["ssh-add", "-q"] + keys + [key], environment: environment)
            #expect(added.succeeded, "\(added.errors)")
        }
    }

    @Test func theNamedKeyIsOfferedFirst() async throws {
        let server = try await TestServer.openSSH(extra: ["MaxAuthTries 3"])
        let key = try #require(server.privateKeyFile)
        let agent = try await FullAgent(with: key)
        defer { agent.process.kill() }
        var settings = try SSHSettings(reaching: server, by: [.agent, .publickey])
        settings.credentials.agentSocket = agent.socket
        // Only the public half is at hand: what opens the door is the agent's.
        settings.credentials.identityFiles = [key + ".pub"]
        for identitiesOnly in [true, false] {
            settings.credentials.identitiesOnly = identitiesOnly
            let error = await refusal(settings)
            #expect(error == nil, "\(error?.message ?? "")")
        }
        #expect(await eventually { server.log().components(separatedBy: "Accepted publickey").count == 3 })
        #expect(!server.log().contains("Failed publickey"))
    }

    @Test func identitiesOnlyKeepsTheOtherKeysBack() async throws {
        let server = try await TestServer.openSSH(extra: ["MaxAuthTries 3"])
        let agent = try await FullAgent(with: try #require(server.privateKeyFile))
        defer { agent.process.kill() }
        let stranger = try await SSHKeys(at: agent.folder("stranger"))
        var settings = try SSHSettings(reaching: server, by: [.agent])
        settings.credentials.agentSocket = agent.socket
        settings.credentials.identitiesOnly = true
        settings.credentials.identityFiles = [stranger.privateKeyFile]
        let error = try #require(await refusal(settings))
        #expect(error.code == .loginFailed)
        #expect(error.message.contains("it holds none of the keys that identity_files names"), "\(error.message)")
        #expect(!server.log().contains("Failed publickey"))
    }

    @Test func tooManyKeysHaveARemedy() async throws {
        for tries in [3, 20] {
            let server = try await TestServer.openSSH(extra: ["MaxAuthTries \(tries)"])
            let agent = try await FullAgent(with: try #require(server.privateKeyFile))
            defer { agent.process.kill() }
            var settings = try SSHSettings(reaching: server, by: [.agent])
            settings.credentials.agentSocket = agent.socket
            settings.credentials.identityFiles = []
            let error = try #require(await refusal(settings))
            #expect(error.code == .loginFailed)
            #expect(error.message.contains("name the right one with identity_files"), "\(error.message)")
        }
    }

    @Test func aKeyThatTheAgentHoldsIsNotOfferedTwice() async throws {
        let server = try await TestServer.openSSH()
        let folder = try TemporaryFolder()
        let stranger = try await SSHKeys(at: folder("stranger"))
        let agent = try await FullAgent(with: stranger.privateKeyFile)
        defer { agent.process.kill() }
        var settings = try SSHSettings(reaching: server, by: [.agent, .publickey])
        settings.credentials.agentSocket = agent.socket
        settings.credentials.identitiesOnly = true
        settings.credentials.identityFiles = [stranger.privateKeyFile]
        #expect(await refusal(settings)?.code == .loginFailed)
        #expect(await eventually { server.log().components(separatedBy: "Failed publickey").count == 2 })
    }

    /// The end was taken for that of a session, and the server's words were lost.
    @Test func theEndOfTheConnectionIsExplainedWhileAnAgentIsAsked() async throws {
        let server = try await TestServer.openSSH(extra: ["LoginGraceTime 1"])
        let folder = try TemporaryFolder()
        let agent = try SilentSocket(at: folder("agent"))
        var settings = try SSHSettings(reaching: server, by: [.agent, .publickey])
        settings.credentials.agentSocket = folder("agent")
        settings.loginTimeout = .seconds(3)
        let error = try #require(await refusal(settings))
        #expect(error.code == .loginFailed)
        #expect(error.message.contains("refused, and the server hung up"), "\(error)")
        agent.close()
    }

    @Test func aHungAgentCostsPartOfTheTime() async throws {
        let server = try await TestServer.openSSH()
        let folder = try TemporaryFolder()
        let agent = try SilentSocket(at: folder("agent"))
        var settings = try SSHSettings(reaching: server, by: [.agent])
        settings.credentials.agentSocket = folder("agent")
        settings.loginTimeout = .milliseconds(1500)
        let error = try #require(await refusal(settings))
        #expect(error.code == .loginFailed)
        #expect(error.message.contains("agent: it did not answer within 1.0 s"), "\(error.message)")
        settings.credentials.methods = [.agent, .publickey]
        let later = await refusal(settings)
        #expect(later == nil, "\(later?.message ?? "")")
        agent.close()
    }

    /// As one that waits for its user to confirm the use of a key.
    @Test func anAgentThatDoesNotSignIsLeftForTheKeyFile() async throws {
        let server = try await TestServer.openSSH()
        let key = try #require(server.privateKeyFile)
        let folder = try TemporaryFolder()
        let script = """
            import base64, socket, struct, sys
            def text(bytes): return struct.pack('>I', len(bytes)) + bytes
            blob = base64.b64decode(open(sys.argv[2]).read().split()[1])
            listener, open_ones = socket.socket(socket.AF_UNIX), []
            listener.bind(sys.argv[1])
            listener.listen()
            while True:
                open_ones.append(listener.accept()[0])
                open_ones[-1].recv(5)
                open_ones[-1].sendall(text(bytes([12]) + struct.pack('>I', 1) + text(blob) + text(b'')))
            """
        let agent = try ChildProcess(["/usr/bin/python3", "-c", script, folder("agent"), key + ".pub"])
        defer { agent.kill() }
        #expect(await eventually { access(folder("agent"), F_OK) == 0 })
        var settings = try SSHSettings(reaching: server, by: [.agent])
        settings.credentials.agentSocket = folder("agent")
        settings.loginTimeout = .milliseconds(1500)
        let error = try #require(await refusal(settings))
        #expect(error.message.contains("agent: it did not answer within 1.0 s"), "\(error.message)")
        settings.credentials.methods = [.agent, .publickey]
        let later = await refusal(settings)
        #expect(later == nil, "\(later?.message ?? "")")
    }
}

/// A socket of the file system whose owner takes connections and says nothing.
private struct SilentSocket {
    private let descriptor: CInt

    init(at path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0, listen(descriptor, 8) == 0 else { throw SystemError(path, code: errno) }
    }

    func close() { Glibc.close(descriptor) }
}
