import FileModel
import NIOCore
import Synchronization
import Testing

@testable import SFTP

/// What the client does when a server behaves in every odd way it may, and in some it may not.
@Suite(.timeLimit(.minutes(1))) struct ScriptedConnectionTests {
    private let path = SFTPPath("/x")
    private let handle = SFTPHandle([9])

    private func failure(_ body: () async throws -> Void) async -> StorageError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? StorageError
        }
    }

    @Test func answersInReverseOrderReachTheirCallers() async throws {
        let held = Mutex<[(UInt32, SFTPRequest)]>([])
        let peer = ScriptedPeer { peer, id, request in
            let all = held.withLock { held in
                held.append((id, request))
                return held
            }
            guard all.count == 50 else { return }
            for case (let id, .lstat(let path)) in all.reversed() {
                peer.answer(id, .attributes(SFTPAttributes(size: UInt64(path.description))))
            }
        }
        let connection = try await peer.connect()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let found = try await connection.lstat(SFTPPath("\(number)"))
                    #expect(found.size == UInt64(number))
                }
            }
            try await group.waitForAll()
        }
        await connection.close()
    }

    @Test func onTheLoopAnswersComeBackThere() async throws {
        let peer = ScriptedPeer { peer, id, request in
            if case .lstat = request { peer.answer(id, .attributes(SFTPAttributes(size: 1))) }
        }
        let connection = try await peer.connect()
        try await connection.taskExecutor.run { () throws(StorageError) in
            for _ in 0..<3 {
                _ = try await connection.lstat(path)
                #expect(connection.session.loop.inEventLoop)
            }
        }
        await connection.close()
    }

    @Test func aLostConnectionFailsEverythingAtOnce() async throws {
        let peer = ScriptedPeer { peer, _, _ in if peer.requests.count == 20 { peer.hangUp() } }
        let connection = try await peer.connect()
        await withTaskGroup(of: StorageError.Code?.self) { group in
            for _ in 0..<20 { group.addTask { await failure { _ = try await connection.lstat(path) }?.code } }
            for await code in group { #expect(code == .connectionLost) }
        }
        #expect(await failure { _ = try await connection.lstat(path) }?.code == .connectionLost)
        let ended = AsyncStream<StorageError?> { continuation in connection.onClose { continuation.yield($0) } }
        for await error in ended {
            #expect(error?.code == .connectionLost)
            break
        }
    }

    @Test func silenceEndsInTime() async throws {
        let peer = ScriptedPeer { _, _, _ in }
        let connection = try await peer.connect(timeout: .seconds(3))
        let start = ContinuousClock.now
        #expect(await failure { _ = try await connection.lstat(path) }?.code == .timedOut)
        #expect(ContinuousClock.now - start < .seconds(15))
        #expect(await failure { _ = try await connection.lstat(path) }?.code == .timedOut)
    }

    @Test func aHungRequestDoesNotTakeTheOthersDown() async throws {
        let peer = ScriptedPeer { peer, id, request in
            if request != .lstat(SFTPPath("hung")) { peer.answer(id, .attributes(SFTPAttributes(size: 1))) }
        }
        let connection = try await peer.connect(timeout: .seconds(3))
        async let hung = failure { _ = try await connection.lstat(SFTPPath("hung")) }
        let isOver = Mutex(false)
        let others = Task {
            while !isOver.withLock({ $0 }) { _ = try await connection.lstat(path) }
        }
        #expect(await hung?.code == .timedOut)
        isOver.withLock { $0 = true }
        try await others.value
        #expect(try await connection.lstat(path).size == 1)
        await connection.close()
    }

    @Test func aCancelledCallReturnsAtOnceAndItsLateFileIsClosed() async throws {
        let (opened, signal) = AsyncStream<UInt32>.makeStream()
        let (closed, closedSignal) = AsyncStream<SFTPHandle>.makeStream()
        let peer = ScriptedPeer { peer, id, request in
            switch request {
            case .open: signal.yield(id)
            case .close(let handle):
                closedSignal.yield(handle)
                peer.answer(id, .ok())
            default: peer.answer(id, .attributes(SFTPAttributes()))
            }
        }
        let connection = try await peer.connect()
        let task = Task { await failure { _ = try await connection.open(path, .read) }?.code }
        var ids = opened.makeAsyncIterator()
        let id = try #require(await ids.next())
        task.cancel()
        #expect(await task.value == .cancelled)
        peer.answer(id, .handle(handle))
        var handles = closed.makeAsyncIterator()
        #expect(await handles.next() == handle)
        _ = try await connection.lstat(path)
        await connection.close()
    }

    @Test func aTaskThatIsCancelledBeforeTheCallSendsNothing() async throws {
        let peer = ScriptedPeer { peer, id, _ in peer.answer(id, .attributes(SFTPAttributes())) }
        let connection = try await peer.connect()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return await failure { _ = try await connection.lstat(path) }?.code
        }
        task.cancel()
        #expect(await task.value == .cancelled)
        #expect(peer.requests.isEmpty)
        await connection.close()
    }

    @Test func shortAnswersInMidFileAreCompleted() async throws {
        let content = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let peer = ScriptedPeer { peer, id, request in
            guard case .read(_, let offset, let length) = request else { return }
            let start = min(Int(offset), content.count)
            // Never more than 10,000 bytes at a time.
            let end = min(start + min(Int(length), 10_000), content.count)
            peer.answer(id, start == end ? .endOfFile : .data(ByteBuffer(bytes: content[start..<end])))
        }
        let connection = try await peer.connect()
        let all = try await connection.read(handle, at: 0, count: 300_000)
        #expect(Array(all.readableBytesView) == content)
        let middle = try await connection.read(handle, at: 50_001, count: 65_000)
        #expect(Array(middle.readableBytesView) == Array(content[50_001..<115_001]))
        await connection.close()
    }

    @Test func aReadInCrumbsIsGivenUp() async throws {
        let peer = ScriptedPeer { peer, id, _ in peer.answer(id, .data(ByteBuffer(bytes: [1]))) }
        let connection = try await peer.connect()
        #expect(
            await failure { _ = try await connection.read(handle, at: 0, count: 100_000) }?.code == .protocolViolation)
        await connection.close()
    }

    @Test func moreBytesThanAskedForAreRefused() async throws {
        let peer = ScriptedPeer { peer, id, _ in peer.answer(id, .data(ByteBuffer(repeating: 0, count: 11))) }
        let connection = try await peer.connect()
        #expect(await failure { _ = try await connection.read(handle, at: 0, count: 10) }?.code == .protocolViolation)
        await connection.close()
    }

    @Test func anAnswerToNoQuestionEndsTheConnection() async throws {
        let peer = ScriptedPeer { peer, id, _ in peer.answer(id &+ 1000, .ok()) }
        let connection = try await peer.connect()
        #expect(await failure { _ = try await connection.lstat(path) }?.code == .protocolViolation)
        #expect(await failure { _ = try await connection.lstat(path) }?.code == .protocolViolation)
    }

    @Test func anAnswerOfTheWrongKindIsAViolation() async throws {
        let peer = ScriptedPeer { peer, id, _ in peer.answer(id, .data(ByteBuffer(bytes: [1]))) }
        let connection = try await peer.connect()
        #expect(await failure { _ = try await connection.lstat(path) }?.code == .protocolViolation)
        #expect(await failure { try await connection.mkdir(path) }?.code == .protocolViolation)
        await connection.close()
    }

    @Test func aListingThatBreaksOffIsNotComplete() async throws {
        let answers = Mutex(0)
        let peer = ScriptedPeer { peer, id, request in
            switch request {
            case .opendir: peer.answer(id, .handle(SFTPHandle([1])))
            case .readdir:
                let number = answers.withLock {
                    $0 += 1; return $0
                }
                // The first flight is whole, the second one is not.
                if number <= 4 { peer.answer(id, .names([SFTPName([UInt8(64 + number)])])) }
                if number > 4 { peer.answer(id, .status(SFTPStatus(.failure, message: "I/O error"))) }
            default: peer.answer(id, .ok())
            }
        }
        let connection = try await peer.connect()
        let names = Mutex(0)
        let error = await failure {
            try await connection.list(path) { batch in names.withLock { $0 += batch.count } }
        }
        #expect(error?.code == .failed && error?.serverReply == "I/O error")
        #expect(names.withLock { $0 } == 4)
        await connection.close()
    }

    /// What OpenSSH's server says of a folder that was moved between OPENDIR and READDIR: nothing is in it, not even `.`
    @Test(arguments: [true, false])
    func aFolderWithoutAnyNameIsLookedAtOnceMore(isGone: Bool) async throws {
        let openings = Mutex(0)
        let peer = ScriptedPeer { peer, id, request in
            switch request {
            case .opendir where openings.withLock({ $0 }) == 1 && isGone:
                peer.answer(id, .status(SFTPStatus(.noSuchFile, message: "No such file")))
            case .opendir:
                openings.withLock { $0 += 1 }
                peer.answer(id, .handle(SFTPHandle([1])))
            case .readdir: peer.answer(id, .status(SFTPStatus(.endOfFile)))
            default: peer.answer(id, .ok())
            }
        }
        let connection = try await peer.connect()
        let error = await failure {
            try await connection.list(path) { batch in #expect(batch.isEmpty) }
        }
        #expect(error?.code == (isGone ? .notFound : nil))
        #expect(openings.withLock { $0 } == (isGone ? 1 : 2))
        await connection.close()
    }

    /// While one flight is received the next is on its way; a short folder costs no more than its one flight.
    @Test func twoFlightsOfALongListingAreOnTheWay() async throws {
        let held = Mutex<[UInt32]>([])
        let peer = ScriptedPeer { peer, id, request in
            switch request {
            case .opendir: peer.answer(id, .handle(SFTPHandle([1])))
            case .readdir:
                let all = held.withLock {
                    $0.append(id)
                    return $0
                }
                // Four, and then eight and sixteen without an answer in between.
                guard all.count == 4 || all.count == 28 else { return }
                for (number, id) in all.enumerated().suffix(all.count == 4 ? 4 : 24) {
                    // The folder ends in the first of the two, and the other has names yet.
                    let isName = number != 11 && number < 20
                    peer.answer(
                        id,
                        isName ? .names([SFTPName([65, UInt8(number)])]) : .status(SFTPStatus(.endOfFile)))
                }
            default: peer.answer(id, .ok())
            }
        }
        let connection = try await peer.connect()
        let names = Mutex<[UInt8]>([])
        try await connection.list(path, flightsAtOnce: 2) { batch in
            names.withLock { $0 += batch.compactMap(\.bytes.last) }
        }
        #expect(names.withLock { $0 } == (0..<20).filter { $0 != 11 })
        #expect(held.withLock { $0.count } == 28)
        await connection.close()
    }

    @Test func theGreetingHasALimitToo() async throws {
        let peer = ScriptedPeer { _, _, _ in }
        // A packet of which only the length ever comes.
        let error = await failure {
            _ = try await peer.connect(timeout: .seconds(1), raw: ByteBuffer(integer: UInt32(100)))
        }
        #expect(error?.code == .timedOut)
    }

    @Test func otherVersionsAndOtherProtocolsAreRefused() async throws {
        let peer = ScriptedPeer { _, _, _ in }
        let version = await failure { _ = try await peer.connect(raw: ByteBuffer(bytes: [0, 0, 0, 5, 2, 0, 0, 0, 6])) }
        #expect(version?.code == .protocolViolation)
        let text = await failure { _ = try await peer.connect(raw: ByteBuffer(string: "motd: hello\n")) }
        #expect(text?.code == .protocolViolation && text?.message.contains("motd: hello") == true)
    }
}
