import FileModel
import NIOCore
import Testing

@testable import VirtualFileSystem

struct WriteQueueTests {
    private func bytes(_ count: Int) -> ByteBuffer { ByteBuffer(repeating: 7, count: count) }

    private func written(_ queue: inout WriteQueue) -> [(Int64, Int)] {
        var result: [(Int64, Int)] = []
        while case .write(let bytes, let offset)? = queue.next() { result.append((offset, bytes.readableBytes)) }
        return result
    }

    @Test func joinsWritesThatFollowEachOther() throws {
        var queue = WriteQueue(blockSize: 100, capacity: 1000)
        for index in 0..<25 { _ = try queue.append(bytes(10), at: Int64(index) * 10) }
        #expect(written(&queue).map(\.1) == [100, 100], "an incomplete block waits")
        guard case .startPump = queue.timerFired() else {
            Issue.record("the timer should send the rest")
            return
        }
        #expect(written(&queue).map(\.0) == [200])
    }

    @Test func keepsWritesElsewhereApart() throws {
        var queue = WriteQueue(blockSize: 100, capacity: 1000)
        _ = try queue.append(bytes(10), at: 0)
        _ = try queue.append(bytes(10), at: 50)
        _ = try queue.append(bytes(10), at: 60)
        _ = queue.timerFired()
        let sent = written(&queue)
        #expect(sent.map(\.0) == [0, 50])
        #expect(sent.map(\.1) == [10, 20])
    }

    @Test func hasRoomAgainWhenBytesWereWritten() throws {
        var queue = WriteQueue(blockSize: 100, capacity: 200)
        _ = try queue.append(bytes(150), at: 0)
        let room = try #require(try queue.roomIfFull(for: 100))
        _ = queue.next()
        #expect(queue.wrote(150) === room)
        #expect(try queue.roomIfFull(for: 100) == nil)
    }

    @Test func tellsEveryLaterCallOfAFailure() throws {
        var queue = WriteQueue(blockSize: 100, capacity: 200)
        _ = try queue.append(bytes(150), at: 0)
        let room = try #require(try queue.roomIfFull(for: 100))
        let casualties = queue.fail(StorageError(.noSpace, "full"))
        #expect(casualties.waiters.contains { $0 === room })
        #expect(throws: StorageError(.noSpace, "full")) { try queue.append(bytes(1), at: 150) }
        #expect(throws: StorageError(.noSpace, "full")) { try queue.roomIfFull(for: 1) }
    }

    @Test func aTimerOverAnEmptyQueueLeavesNothingBehind() throws {
        var queue = WriteQueue(blockSize: 100, capacity: 200)
        _ = queue.timerFired()
        guard case .startTimer = try queue.append(bytes(1), at: 0) else {
            Issue.record("a small write needs its timer")
            return
        }
    }
}
