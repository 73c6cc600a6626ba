import FileModel
import Glibc
import NIOCore
import NIOPosix
import TestServers
import Testing

@testable import SSH

@Suite(.timeLimit(.minutes(1))) struct ProgramTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    /// What a script prints, and what its end is made of.
    private func ending(_ script: String) async throws -> (output: String, error: StorageError?) {
        let stream = try await SubsystemStream.running(["sh", "-c", "read go; " + script], peer: "program", on: loop)
        let record = Record(loop.makePromise())
        try await stream.channel.pipeline.addHandler(record).get()
        try await stream.channel.writeAndFlush(ByteBuffer(string: "go\n"))
        let output = try await record.promise.futureResult.get()
        try await stream.ended.get()
        return (output, try await stream.failure.get())
    }

    @Test func quotesTheLastWordsAndTheExitStatus() async throws {
        let (output, error) = try await ending("echo out; echo first >&2; echo last words >&2; exit 3")
        #expect(output == "out\n")
        #expect(error?.code == .connectionLost)
        #expect(error?.message == "'sh' ended the connection (exit status 3): last words")
    }

    @Test func tellsOfSignals() async throws {
        let (_, error) = try await ending("kill -9 $$")
        #expect(error?.message == "'sh' ended the connection (signal 9)")
    }

    @Test func doesNotWaitForGrandchildrenThatHoldTheErrors() async throws {
        let start = ContinuousClock.now
        let (_, error) = try await ending("sleep 30 <&- >&- & echo gone >&2; exit 1")
        #expect(error?.message.hasSuffix("gone") == true)
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func aMissingProgramIsNamed() async throws {
        let error = await #expect(throws: StorageError.self) {
            try await SubsystemStream.running(["/no/such/program"], peer: "x", on: loop)
        }
        #expect(error?.code == .configuration)
        #expect(error?.message == "cannot run '/no/such/program': there is no such program")
        await #expect(throws: StorageError.self) { try await SubsystemStream.running([], peer: "x", on: loop) }
    }

    @Test func aProgramThatWillNotEndIsKilledWithItsChildren() async throws {
        let folder = try TemporaryFolder()
        let script =
            "trap '' TERM; echo $$ >\(folder("pid")); sleep 60 & echo $! >>\(folder("pid")); echo up; wait; wait"
        let stream = try await SubsystemStream.running(["sh", "-c", script], peer: "stubborn", on: loop)
        #expect(await eventually { pids(folder("pid")).count == 2 })
        let processes = pids(folder("pid"))
        try await stream.channel.close()
        try await stream.ended.get()
        for process in processes { #expect(await eventually { !isAlive(process) }, "\(process)") }
    }

    @Test func inheritsNothingButItsStreams() async throws {
        // Descriptors without close-on-exec, as careless libraries leave them.
        let careless = open("/dev/null", O_RDONLY)
        defer { close(careless) }
        let (output, _) = try await ending("ls /proc/self/fd")
        // 3 is ls's own, for the folder.
        #expect(output.split(separator: "\n").map(String.init) == ["0", "1", "2", "3"])
    }

    @Test func ignoredSignalsAreNotInherited() async throws {
        signal(SIGPIPE, SIG_IGN)
        let (output, _) = try await ending("grep SigIgn /proc/self/status")
        let mask = try #require(output.split(whereSeparator: \.isWhitespace).last.flatMap { UInt64($0, radix: 16) })
        #expect(mask & (1 << UInt64(SIGPIPE - 1)) == 0)
    }

    private func pids(_ file: String) -> [pid_t] {
        guard let text = try? KnownHostsFile(file).text() else { return [] }
        return text.split(separator: "\n").compactMap { pid_t($0) }
    }

    /// A zombie counts as dead: it may be waiting for init.
    private func isAlive(_ process: pid_t) -> Bool {
        guard let text = try? KnownHostsFile("/proc/\(process)/stat").text() else { return false }
        return !text.contains(") Z ")
    }
}

/// Collects what comes until the channel ends. Only touched on its event loop.
private final class Record: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    let promise: EventLoopPromise<String>
    private var output = ""

    init(_ promise: EventLoopPromise<String>) { self.promise = promise }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { output += String(buffer: unwrapInboundIn(data)) }
    func channelInactive(context: ChannelHandlerContext) { promise.succeed(output) }
}
