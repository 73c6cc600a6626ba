import FileModel
import Testing

@testable import FTP

@Suite struct CommandQueueTests {
    @Test func repliesBelongToCommandsInTheirOrder() {
        var queue = CommandQueue()
        let (first, second) = (queue.sent(), queue.sent())
        #expect(queue.front == first)
        #expect(queue.replyReceived(Reply(250, "")) == .deliver(first, Reply(250, ""), isFinal: true))
        #expect(queue.front == second)
        #expect(queue.replyReceived(Reply(229, "")) == .deliver(second, Reply(229, ""), isFinal: true))
        #expect(queue.isEmpty)
    }

    @Test func aPreliminaryReplyIsFollowedByAnother() {
        var queue = CommandQueue()
        let transfer = queue.sent()
        #expect(queue.replyReceived(Reply(150, "")) == .deliver(transfer, Reply(150, ""), isFinal: false))
        #expect(queue.replyReceived(Reply(226, "")) == .deliver(transfer, Reply(226, ""), isFinal: true))
    }

    /// ProFTPD denies what arrives while data moves, before it has ended the transfer.
    @Test func aDenialInATransferIsThatOfTheCommandBehindIt() {
        var queue = CommandQueue()
        let transfer = queue.sent(isTransfer: true)
        let (first, second) = (queue.sent(), queue.sent())
        _ = queue.replyReceived(Reply(150, ""))
        let denials = ["MLST: data transfer in progress", "EPSV: data transfer in progress"].map { Reply(450, $0) }
        #expect(queue.replyReceived(denials[0]) == .deliver(first, denials[0], isFinal: true))
        #expect(queue.replyReceived(denials[1]) == .deliver(second, denials[1], isFinal: true))
        #expect(queue.replyReceived(Reply(226, "")) == .deliver(transfer, Reply(226, ""), isFinal: true))
        #expect(queue.isEmpty)
    }

    @Test func aTransferThatIsRefusedWithTheSameCodeKeepsItsReply() {
        var queue = CommandQueue()
        let transfer = queue.sent(isTransfer: true)
        _ = queue.sent()
        #expect(queue.replyReceived(Reply(450, "busy")) == .deliver(transfer, Reply(450, "busy"), isFinal: true))
    }

    /// Pure-FTPd ends a broken download with a second 150.
    @Test func aBrokenTransferMayEndWithAPreliminaryReply() {
        var queue = CommandQueue()
        let transfer = queue.sent()
        _ = queue.replyReceived(Reply(150, ""))
        queue.brokenOff(transfer)
        #expect(queue.replyReceived(Reply(150, "x")) == .deliver(transfer, Reply(150, "x"), isFinal: true))
        let early = queue.sent()
        queue.brokenOff(early)
        #expect(queue.replyReceived(Reply(150, "")) == .deliver(early, Reply(150, ""), isFinal: false))
    }

    @Test(arguments: [(421, StorageError.Code.connectionLost), (500, .connectionLost), (226, .protocolViolation)])
    func anUnaskedReplyEndsTheSession(code: Int, expected: StorageError.Code) {
        var queue = CommandQueue()
        guard case .end(let error) = queue.replyReceived(Reply(code, "bye")) else {
            Issue.record("the session went on")
            return
        }
        #expect(error.code == expected && error.message.contains("bye"))
        guard case .end = queue.replyReceived(Reply(200, "")) else {
            Issue.record("the session came back")
            return
        }
    }

    @Test func preliminaryRepliesHaveAnEnd() {
        var queue = CommandQueue()
        _ = queue.sent()
        let actions = (0..<200).map { _ in queue.replyReceived(Reply(150, "")) }
        #expect(actions.contains { if case .end = $0 { true } else { false } })
    }

    @Test func theEndNamesWhoWillNotBeAnswered() {
        var queue = CommandQueue()
        let tickets = [queue.sent(), queue.sent()]
        #expect(queue.ended() == tickets && queue.isEmpty)
    }
}
