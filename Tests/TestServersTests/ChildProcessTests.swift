import Glibc
import Testing

@testable import TestServers

@Suite(.timeLimit(.minutes(1)))
struct ChildProcessTests {
    @Test func tellsHowAProgramEndedAndWhatItPrinted() async throws {
        let result = try await run(["sh", "-c", "echo out; echo err >&2; exit 3"])
        #expect(result.status == .exited(3))
        #expect(result.output == "out\n")
        #expect(result.errors == "err\n")
    }

    @Test func killsWhatRunsTooLong() async throws {
        let result = try await run(["sleep", "60"], within: .milliseconds(50))
        #expect(result.status == nil)
    }

    @Test func passesArgumentsAndVariablesUnchanged() async throws {
        let odd = "a b'\"$x\\ \n*"
        let result = try await run(["sh", "-c", "printf %s \"$1$V\"", "sh", odd], environment: ["V": odd])
        #expect(result.output == odd + odd)
    }

    @Test func endsGrandchildrenThatLeftTheProcessGroup() async throws {
        let process = try ChildProcess(["sh", "-c", "setsid sleep 60 & echo $!; wait"])
        await eventually { process.output.hasSuffix("\n") }
        let grandchild = try #require(pid_t(process.output.dropLast()))
        process.kill()
        #expect(await eventually { !ProcessTree.isRunning(grandchild) })
    }

    /// The pipe that the guardian reads ends without a word, as it does when this process dies.
    @Test func guardianKillsTheGroupAndCleansUpWhenThePipeEnds() async throws {
        let folder = try TemporaryFolder()
        let pid = try Self.startAndForget(cleanUp: "touch '\(folder("cleaned"))'")
        var status: CInt = 0
        #expect(await eventually { waitpid(pid, &status, WNOHANG) == pid })
        #expect(ExitStatus(waitStatus: status) == .signalled(SIGKILL))
        #expect(await eventually { LocalFiles.exists(folder("cleaned")) })
    }

    private static func startAndForget(cleanUp: String) throws -> pid_t {
        let guardian = try Guardian()
        var request = SpawnRequest(
            arguments: guardian.wrap(["sleep", "60"], cleanUp: cleanUp))
        request.input = guardian.readEnd
        return try request.start()
    }

}
