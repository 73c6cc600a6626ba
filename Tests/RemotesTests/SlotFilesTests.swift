import ConnectionPool
import FileModel
import Foundation
import Synchronization
import Testing

@testable import Remotes

/// A folder of its own for the slots of one test.
private final class SlotFolder: Sendable {
    let path = NSTemporaryDirectory() + "slots-\(UUID().uuidString)"
    let identity = "sftp://user@127.0.0.1:22"

    /// What another process would have: open files of its own.
    func slots(_ count: Int) throws -> SlotFiles { try SlotFiles(identity: identity, count: count, directory: path) }

    var folder: String { path + "/" + SlotDirectory.folderName(identity) }

    func files(_ prefix: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix(prefix) }
    }

    /// Another process that holds the lock on a file of ours until it is killed.
    func process(locking name: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        process.arguments = ["--no-fork", "--exclusive", folder + "/" + name, "sleep", "300"]
        try process.run()
        return process
    }

    func isLocked(_ name: String) -> Bool {
        let descriptor = open(folder + "/" + name, O_RDONLY)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

private final class Order<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])
    func append(_ element: Element) { elements.withLock { $0.append(element) } }
    var value: [Element] { elements.withLock { $0 } }
}

private func eventually(_ condition: () async throws -> Bool) async throws {
    while try await !condition() {
        try Task.checkCancellation()
        try await Task.sleep(for: .milliseconds(2))
    }
}

@Suite(.timeLimit(.minutes(1))) struct SlotFilesTests {
    private let folder = SlotFolder()

    @Test func theCapHoldsForAllTogether() async throws {
        let (first, second) = (try folder.slots(3), try folder.slots(3))
        var held = [try await first.acquire(), try await second.acquire(), try await first.acquire()]
        #expect(try await first.acquireIfFree() == nil)
        #expect(try await second.acquireIfFree() == nil)
        held.removeFirst().release()
        #expect(try await second.acquireIfFree() != nil)
    }

    @Test func serversAreApart() async throws {
        let one = try SlotFiles(identity: "ftp://a@h:21", count: 1, directory: folder.path)
        let other = try SlotFiles(identity: "ftp://b@h:21", count: 1, directory: folder.path)
        let held = [try await one.acquire(), try await other.acquire()]
        #expect(held.count == 2)
    }

    @Test func aWaiterIsServedPromptlyWhenAnotherProcessLetsGo() async throws {
        let (first, second) = (try folder.slots(1), try folder.slots(1))
        let held = try await first.acquire()
        let waiting = Task { try await second.acquire() }
        try await eventually { first.demand.wanted == 1 }
        let start = ContinuousClock.now
        held.release()
        _ = try await waiting.value
        #expect(ContinuousClock.now - start < .seconds(1))
    }

    @Test func waitersOfOneProcessAreServedInOrder() async throws {
        let (first, second) = (try folder.slots(1), try folder.slots(1))
        let held = try await first.acquire()
        let order = Order<Int>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<5 {
                group.addTask {
                    let slot = try await second.acquire()
                    order.append(number)
                    slot.release()
                }
                try await eventually { first.demand.wanted == number + 1 }
            }
            held.release()
            try await group.waitForAll()
        }
        #expect(order.value == [0, 1, 2, 3, 4])
    }

    @Test func whoWaitedFirstIsServedFirst() async throws {
        let (holder, early, late) = (try folder.slots(1), try folder.slots(1), try folder.slots(1))
        let held = try await holder.acquire()
        let order = Order<String>()
        let first = Task {
            let slot = try await early.acquire()
            order.append("early")
            slot.release()
        }
        try await eventually { holder.demand.wanted == 1 }
        let second = Task {
            let slot = try await late.acquire()
            order.append("late")
            slot.release()
        }
        try await eventually { holder.demand.wanted == 2 }
        held.release()
        #expect(try await holder.acquireIfFree() == nil, "the holder took it back before those who waited")
        _ = try await (first.value, second.value)
        #expect(order.value == ["early", "late"])
    }

    @Test func aCancelledWaitLeavesNothing() async throws {
        let (first, second) = (try folder.slots(1), try folder.slots(1))
        let held = try await first.acquire()
        let waiting = Task { try await second.acquire() }
        try await eventually { first.demand.wanted == 1 }
        waiting.cancel()
        let error = await #expect(throws: StorageError.self) { _ = try await waiting.value }
        #expect(error?.code == .cancelled)
        try await eventually { first.demand == .none }
        held.release()
        #expect(try folder.files("member-").isEmpty)
    }

    @Test func whatAHolderHasTooMuchIsAskedFor() async throws {
        let (greedy, other) = (try folder.slots(4), try folder.slots(4))
        var held: [ConnectionSlot] = []
        for _ in 0..<4 { held.append(try await greedy.acquire()) }
        let waiting = (0..<3).map { _ in Task { try await other.acquire() } }
        try await eventually { greedy.demand == SlotDemand(wanted: 3, surplus: 2, starving: 0) }
        held.removeFirst().release()
        held.removeFirst().release()
        let served = [try await waiting[0].value, try await waiting[1].value]
        try await eventually { greedy.demand == SlotDemand(wanted: 1, surplus: 0, starving: 0) }
        waiting[2].cancel()
        #expect(served.count == 2)
    }

    @Test func aSmallerCapIsKeptByWhoHasIt() async throws {
        let (small, large) = (try folder.slots(2), try folder.slots(3))
        let held = [try await large.acquire(), try await large.acquire(), try await large.acquire()]
        #expect(try await small.acquireIfFree() == nil)
        for slot in held { slot.release() }
        let again = [try await small.acquire(), try await small.acquire()]
        #expect(try await small.acquireIfFree() == nil)
        #expect(try await large.acquireIfFree() != nil)
        #expect(again.count == 2)
    }

    @Test func killingAHolderFreesItsSlot() async throws {
        let slots = try folder.slots(1)
        try await slots.acquire().release()
        let holder = try folder.process(locking: "slot-0")
        try await eventually { folder.isLocked("slot-0") }
        #expect(try await slots.acquireIfFree() == nil)
        let waiting = Task { try await slots.acquire() }
        kill(holder.processIdentifier, SIGKILL)
        holder.waitUntilExit()
        try await waiting.value.release()
    }

    /// The server may not have noticed yet: whoever comes next waits a moment, and after an orderly end does not.
    @Test func theSlotOfADeadProgramRestsAMoment() async throws {
        let slots = try folder.slots(1)
        try await slots.acquire().release()
        let clock = ContinuousClock()
        #expect(try await clock.measure { try await slots.acquire().release() } < .milliseconds(150))
        for _ in 0..<2 {
            // As a program leaves it that is killed.
            try Data("held by 1\n".utf8).write(to: URL(filePath: folder.folder + "/slot-0"))
            #expect(try await clock.measure { try await slots.acquire().release() } >= .milliseconds(200))
        }
        #expect(try await clock.measure { try await slots.acquireIfFree()?.release() } < .milliseconds(150))
    }

    @Test func whatAKilledProcessWantedIsForgotten() async throws {
        let slots = try folder.slots(1)
        let held = try await slots.acquire()
        let process = try folder.process(locking: "member-1-dead")
        try await eventually { folder.isLocked("member-1-dead") }
        let record = SlotMember.Record(.init(holding: 0, waiting: 7, since: 1), beat: .max)
        try Data(record.text.utf8).write(to: URL(fileURLWithPath: folder.folder + "/member-1-dead"))
        try await eventually { slots.demand.wanted == 7 }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try await eventually { slots.demand == .none }
        #expect(try folder.files("member-").count == 1)
        held.release()
    }

    @Test func aRemovedFolderIsMadeAgain() async throws {
        let slots = try folder.slots(2)
        try await slots.acquire().release()
        try FileManager.default.removeItem(atPath: folder.path)
        let slot = try await slots.acquire()
        #expect(try folder.files("slot-").count == 1)
        slot.release()
    }

    @Test func aFolderThatOthersMayWriteIsRefused() throws {
        try FileManager.default.createDirectory(
            atPath: folder.path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o777])
        chmod(folder.path, 0o777)
        let error = #expect(throws: StorageError.self) { _ = try folder.slots(1) }
        #expect(error?.code == .configuration)
    }

    @Test func aLinkInPlaceOfTheFolderIsRefused() throws {
        try FileManager.default.createSymbolicLink(atPath: folder.path, withDestinationPath: "/tmp")
        #expect(throws: StorageError.self) { _ = try folder.slots(1) }
    }

    @Test(arguments: ["", "1", "a b c d\n", "1 2 3\n", "1 2 3 4", "-1 2 3 4\n", "9999999 0 0 0\n", "1 2 3 4 5\n"])
    func nonsenseInAMemberFileIsIgnored(text: String) {
        #expect(SlotMember.Record(text) == nil)
    }

    @Test func aRecordIsReadAsItWasWritten() {
        let record = SlotMember.Record(.init(holding: 25, waiting: 1000, since: 1 << 60), beat: .max)
        #expect(SlotMember.Record(record.text) == record && record.text.utf8.count == 64)
        let stale = SlotMember.Record(.init(holding: 3, waiting: 5, since: 0), beat: 0)
        #expect(stale.member(at: 3_000_000_000) == .init(holding: 3, waiting: 0, since: 0))
        #expect(stale.member(at: 1_000_000_000).waiting == 5)
    }
}

/// Several pools with slots of their own on the same files, as several processes have them.
@Suite(.timeLimit(.minutes(1))) struct SharedCapTests {
    private final class Session: PooledConnection {
        private let count: Mutex<Int>
        private let observer = Mutex<(isEnded: Bool, body: (@Sendable (StorageError?) -> Void)?)>((false, nil))
        init() { count = Mutex(0) }

        func onClose(_ body: @escaping @Sendable (StorageError?) -> Void) {
            let isEnded = observer.withLock { state in
                if !state.isEnded { state.body = body }
                return state.isEnded
            }
            if isEnded { body(nil) }
        }

        func keepAlive() async throws(StorageError) {}

        func close(awaitsAnswer: Bool) async {
            let body = observer.withLock { state in
                defer { state = (true, nil) }
                return state.body
            }
            body?(nil)
        }

        var isEnded: Bool { observer.withLock { $0.isEnded } }
    }

    private final class Server: Sendable {
        private let sessions = Mutex<(all: [Session], peak: Int)>(([], 0))

        func connect() -> Session {
            sessions.withLock { sessions in
                let session = Session()
                sessions.all.append(session)
                sessions.peak = max(sessions.peak, sessions.all.count { !$0.isEnded })
                return session
            }
        }

        var peak: Int { sessions.withLock { $0.peak } }
    }

    @Test(arguments: [(3, 2), (3, 5), (1, 3)])
    func everybodyGetsOnAndNobodySeesOneMore(count: Int, people: Int) async throws {
        let folder = SlotFolder()
        let server = Server()
        let pools = try (0..<people).map { _ in
            var configuration = PoolConfiguration(name: folder.identity, maximumConnections: count)
            configuration.turn = .milliseconds(20)
            configuration.pressureInterval = .milliseconds(20)
            return Pool(configuration, slots: try folder.slots(count)) { () async throws(StorageError) in
                server.connect()
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for pool in pools {
                for _ in 0..<30 {
                    group.addTask {
                        try await pool.withConnection(.bulk) { _ async throws(StorageError) in
                            try? await Task.sleep(for: .milliseconds(3))
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(server.peak <= count)
        for pool in pools { await pool.shutdown() }
        #expect(try folder.files("member-").isEmpty)
    }
}
