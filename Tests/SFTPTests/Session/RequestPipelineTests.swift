import FileModel
import NIOCore
import Testing
import SeededRandom

@testable import SFTP

@Suite struct RequestPipelineTests {
    private var pipeline = SFTPRequestPipeline<String>(timeout: .seconds(10))
    private let handle = SFTPHandle([1])

    private func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(100 + seconds) }

    private mutating func send(_ request: SFTPRequest, _ token: String, _ seconds: Int64 = 0) -> UInt32 {
        let id = pipeline.submit(request, token, now: at(seconds))
        _ = pipeline.nextToSend(now: at(seconds))
        return id
    }

    @Test mutating func pathsOvertakeDataButDataKeepsItsOrder() {
        let requests: [SFTPRequest] = [
            .write(handle, offset: 0, ByteBuffer()), .fsetstat(handle, SFTPAttributes()), .lstat(SFTPPath("a")),
            .close(handle), .opendir(SFTPPath("b")),
        ]
        for request in requests { _ = pipeline.submit(request, "", now: at(0)) }
        var sent: [SFTPRequest] = []
        while let next = pipeline.nextToSend(now: at(0)) { sent.append(next.request) }
        #expect(sent == [requests[2], requests[4], requests[0], requests[1], requests[3]])
    }

    @Test mutating func repliesFindTheirRequestsInAnyOrder() {
        let first = send(.lstat(SFTPPath("a")), "a")
        let second = send(.lstat(SFTPPath("b")), "b")
        guard case .deliver("b") = pipeline.replyReceived(second, .ok(), now: at(1)),
            case .deliver("a") = pipeline.replyReceived(first, .ok(), now: at(1))
        else { return #expect(Bool(false)) }
        guard case .unknown = pipeline.replyReceived(first, .ok(), now: at(1)) else { return #expect(Bool(false)) }
        #expect(pipeline.isEmpty)
    }

    @Test mutating func aRequestThatWasNotSentCannotBeAnswered() {
        let id = pipeline.submit(.lstat(SFTPPath("a")), "a", now: at(0))
        guard case .unknown = pipeline.replyReceived(id, .ok(), now: at(0)) else { return #expect(Bool(false)) }
    }

    @Test mutating func lateRepliesAreSwallowedAndLateHandlesClosed() {
        let stat = send(.lstat(SFTPPath("a")), "stat")
        let open = send(.open(SFTPPath("a"), .read, SFTPAttributes()), "open")
        let cancelled = [pipeline.cancel(stat), pipeline.cancel(open), pipeline.cancel(open)]
        #expect(cancelled == ["stat", "open", nil])
        guard case .swallow = pipeline.replyReceived(stat, .ok(), now: at(1)),
            case .close(handle) = pipeline.replyReceived(open, .handle(handle), now: at(1))
        else { return #expect(Bool(false)) }
    }

    @Test mutating func whatWasCancelledInLineIsNotSentExceptClose() {
        let write = pipeline.submit(.write(handle, offset: 0, ByteBuffer()), "write", now: at(0))
        let close = pipeline.submit(.close(handle), "close", now: at(0))
        let cancelled = [pipeline.cancel(write), pipeline.cancel(close)]
        #expect(cancelled == ["write", "close"])
        let sent = [pipeline.nextToSend(now: at(0))?.request, pipeline.nextToSend(now: at(0))?.request]
        #expect(sent == [.close(handle), nil])
        guard case .swallow = pipeline.replyReceived(close, .ok(), now: at(0)) else { return #expect(Bool(false)) }
        #expect(pipeline.isEmpty)
    }

    @Test mutating func silenceIsAStall() {
        _ = send(.lstat(SFTPPath("a")), "a")
        guard case .none = pipeline.check(now: at(9)) else { return #expect(Bool(false)) }
        pipeline.progressed(now: at(9))
        guard case .none = pipeline.check(now: at(18)) else { return #expect(Bool(false)) }
        guard case .stalled = pipeline.check(now: at(19)) else { return #expect(Bool(false)) }
        let drained = pipeline.drain()
        #expect(drained == ["a"] && pipeline.nextCheck(now: at(19)) == nil)
    }

    /// A gibibyte may take a minute, and as long as a slow disk takes to read it.
    @Test mutating func aServerThatComputesMayBeSilentForLonger() {
        let check = SFTPFileCheck(
            request: .checkFileHandle, handle: handle, algorithms: ["sha256"], start: 0, length: 1 << 30, blockSize: 0)
        let id = send(.checkFile(check), "check")
        _ = send(.lstat(SFTPPath("behind it")), "behind it")
        guard case .none = pipeline.check(now: at(161)) else { return #expect(Bool(false)) }
        #expect(pipeline.nextCheck(now: at(161)).map { $0 > at(161) } == true, "no check is due at once")
        guard case .deliver("check") = pipeline.replyReceived(id, .ok(), now: at(161)) else {
            return #expect(Bool(false))
        }
        guard case .none = pipeline.check(now: at(170)) else { return #expect(Bool(false)) }
        guard case .stalled = pipeline.check(now: at(171)) else { return #expect(Bool(false)) }
    }

    @Test mutating func aServerThatComputesForEverIsStalled() {
        let check = SFTPFileCheck(
            request: .checkFileHandle, handle: handle, algorithms: [], start: 0, length: 1, blockSize: 0)
        _ = send(.checkFile(check), "check")
        guard case .none = pipeline.check(now: at(59)) else { return #expect(Bool(false)) }
        guard case .stalled = pipeline.check(now: at(60)) else { return #expect(Bool(false)) }
    }

    @Test mutating func anIdleConnectionIsNotStalled() {
        let id = send(.lstat(SFTPPath("a")), "a")
        _ = pipeline.replyReceived(id, .ok(), now: at(1))
        guard case .none = pipeline.check(now: at(1000)) else { return #expect(Bool(false)) }
        _ = send(.lstat(SFTPPath("b")), "b", 1000)
        guard case .none = pipeline.check(now: at(1009)) else { return #expect(Bool(false)) }
    }

    @Test mutating func onlyTheOvertakenRequestIsGivenUp() {
        let hung = send(.lstat(SFTPPath("hung")), "hung")
        for second in Int64(1)...12 {
            let id = send(.lstat(SFTPPath("x")), "x", second)
            guard case .deliver = pipeline.replyReceived(id, .ok(), now: at(second)) else {
                return #expect(Bool(false))
            }
        }
        guard case .overtaken(["hung"]) = pipeline.check(now: at(12)) else { return #expect(Bool(false)) }
        guard case .swallow = pipeline.replyReceived(hung, .ok(), now: at(13)) else { return #expect(Bool(false)) }
    }

    @Test mutating func waitingInLineBehindASlowTransferIsNotLate() {
        let first = send(.read(handle, offset: 0, length: 1), "first")
        _ = send(.lstat(SFTPPath("a")), "stat")
        for second in stride(from: Int64(5), through: 60, by: 5) { pipeline.progressed(now: at(second)) }
        guard case .none = pipeline.check(now: at(60)) else { return #expect(Bool(false)) }
        guard case .deliver("first") = pipeline.replyReceived(first, .ok(), now: at(61)) else {
            return #expect(Bool(false))
        }
        guard case .none = pipeline.check(now: at(62)) else { return #expect(Bool(false)) }
    }

    /// Every token comes back exactly once, whatever happens.
    @Test func randomWalk() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let samples = Samples.requests(&random)
        for _ in 0..<50 {
            var pipeline = SFTPRequestPipeline<Int>(timeout: .seconds(10))
            var (now, waiting, onTheWire, returned) = (Int64(0), Set<UInt32>(), Set<UInt32>(), [Int: Int]())
            var submitted = 0
            for _ in 0..<500 {
                switch Int.random(in: 0..<10, using: &random) {
                case 0...2:
                    let request = samples[Int.random(in: 0..<samples.count, using: &random)]
                    waiting.insert(pipeline.submit(request, submitted, now: at(now)))
                    submitted += 1
                case 3...5:
                    if let next = pipeline.nextToSend(now: at(now)) {
                        #expect(waiting.remove(next.id) != nil, "seed \(seed)")
                        onTheWire.insert(next.id)
                    }
                case 6...7:
                    guard let id = onTheWire.randomElement(using: &random) else { continue }
                    onTheWire.remove(id)
                    switch pipeline.replyReceived(id, .ok(), now: at(now)) {
                    case .deliver(let token): returned[token, default: 0] += 1
                    case .unknown: Issue.record("unknown reply; seed \(seed)")
                    case .swallow, .close: break
                    }
                case 8:
                    if let id = waiting.union(onTheWire).randomElement(using: &random), let token = pipeline.cancel(id)
                    {
                        returned[token, default: 0] += 1
                    }
                default:
                    now += Int64.random(in: 0...3, using: &random)
                    if case .overtaken(let tokens) = pipeline.check(now: at(now)) {
                        for token in tokens { returned[token, default: 0] += 1 }
                    }
                }
            }
            for token in pipeline.drain() { returned[token, default: 0] += 1 }
            #expect(returned.count == submitted && returned.values.allSatisfy { $0 == 1 }, "seed \(seed)")
        }
    }
}
