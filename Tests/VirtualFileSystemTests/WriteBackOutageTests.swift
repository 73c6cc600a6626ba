import FileModel
import NIOCore
import RemoteFileSystem
import Testing

@testable import VirtualFileSystem

/// What is pending outlives outages and the end of the process, and never covers what somebody else did.
@Suite(.timeLimit(.minutes(1)))
struct WriteBackOutageTests {
    @Test(arguments: styles)
    func pendingFilesAreThereDuringAnOutageAndUploadedAfterIt(style: InMemoryRemote.Style) async throws {
        let fixture = try await WriteBackFixture(style, isOpen: false)
        try await fixture.put("f", pattern(1000))
        let inode = try await fixture.base.inode("f")
        fixture.gate.serverIsAway(true)
        fixture.gate.open()
        #expect(try await fixture.volume.attributes(of: inode).size == 1000)
        #expect(try await fixture.content("f") == pattern(1000))
        fixture.gate.serverIsAway(false)
        await fixture.settle()
        #expect(try await fixture.base.stored("f") == pattern(1000))
    }

    @Test(arguments: styles)
    func theEndOfAMountDuringAnOutageLeavesThemToTheNext(style: InMemoryRemote.Style) async throws {
        let (journal, rescue, remote) = (try Folder(), try Folder(), InMemoryRemote(style: style))
        try await endDuringOutage(
            WriteBackFixture(style, journal: journal, rescue: rescue, remote: remote, isOpen: false) {
                $0.timeout = .milliseconds(50)
            })
        let second = try await WriteBackFixture(style, journal: journal, rescue: rescue, remote: remote)
        #expect(try await second.content("f") == pattern(1000))
        await second.settle()
        #expect(try await second.base.stored("f") == pattern(1000))
        #expect(try second.journal.store.entries().isEmpty)
    }

    private func endDuringOutage(_ fixture: WriteBackFixture) async throws {
        try await fixture.put("f", pattern(1000))
        fixture.gate.serverIsAway(true)
        fixture.gate.open()
        let left = await fixture.volume.drain()
        #expect(left.map(\.path) == ["f"])
        #expect(left.first?.isKept == true)
        let again = await fixture.volume.drain()
        #expect(again.isEmpty, "told once, waited for once")
        await fixture.volume.close()
        #expect(try fixture.journal.store.entries().count == 1)
    }

    /// `syncctl status` once kept a mount that began at that moment from its journal.
    @Test func lookingAtAJournalTakesNoHoldOfIt() async throws {
        let (journal, rescue, remote) = (try Folder(), try Folder(), InMemoryRemote(style: .randomAccess))
        let held = try await WriteBackFixture(journal: journal, rescue: rescue, remote: remote, isOpen: false) {
            $0.timeout = .milliseconds(50)
        }
        try await held.put("f", pattern(1000))
        #expect(WriteBackJournal.waiting(in: journal.path) == 0, "its mount is about to upload them")
        held.gate.serverIsAway(true)
        held.gate.open()
        _ = await held.volume.drain()
        await held.volume.close()
        let looks = Task.detached { while !Task.isCancelled { _ = WriteBackJournal.waiting(in: journal.path) } }
        for _ in 1...1000 {
            let next = try WriteBackJournal(folder: journal.path)
            next.release()
        }
        looks.cancel()
        await looks.value
        #expect(WriteBackJournal.waiting(in: journal.path) == 1)
    }

    /// The journal is left as after a power cut: the upload done, its entry still there.
    @Test(arguments: styles)
    func whatWasUploadedBeforeACrashIsNotUploadedAgain(style: InMemoryRemote.Style) async throws {
        let crashed = try Crash(journal: Folder(), rescue: Folder(), remote: InMemoryRemote(style: style))
        try await crashed.leave("f", pattern(1000), onServer: pattern(1000))
        let after = try await crashed.mount(style)
        await after.settle()
        #expect(after.base.calls[.openWriter] == 0)
        #expect(try await after.stored() == ["f"])
        #expect(try after.rescue.store.entries().isEmpty)
    }

    @Test(arguments: styles)
    func aFileOfSomebodyElseIsNotCovered(style: InMemoryRemote.Style) async throws {
        let crashed = try Crash(journal: Folder(), rescue: Folder(), remote: InMemoryRemote(style: style))
        try await crashed.leave("f", pattern(1000), onServer: pattern(2000, seed: 5))
        let after = try await crashed.mount(style)
        await after.settle()
        #expect(try await after.base.stored("f") == pattern(2000, seed: 5))
        #expect(try await after.content("f") == pattern(2000, seed: 5))
        let kept = try #require(try after.rescue.store.entries().first)
        #expect(kept.size == 1000)
        #expect(kept.record?.code == "alreadyExists")
        #expect(after.volume.status().rescued == 1)
    }

    @Test(arguments: styles)
    func aChangeOnTheServerMeanwhileIsAConflict(style: InMemoryRemote.Style) async throws {
        let fixture = try await WriteBackFixture(style)
        try await fixture.base.seed("f", pattern(10))
        fixture.pending.withState { $0.isPaused = true }
        try await fixture.rewrite("f", pattern(1000), flags: [.write, .truncate])
        try await fixture.base.seed("f", pattern(20, seed: 3))
        fixture.pending.hurry()
        await fixture.settle()
        #expect(try await fixture.base.stored("f") == pattern(20, seed: 3))
        #expect(try await fixture.content("f") == pattern(20, seed: 3))
        #expect(try fixture.rescue.store.entries().first?.size == 1000)
    }

    @Test(arguments: styles)
    func whatTheServerRefusesIsRescuedAndGoneFromTheMount(style: InMemoryRemote.Style) async throws {
        let fixture = try await WriteBackFixture(style)
        fixture.gate.refuse(.permissionDenied)
        try await fixture.put("f", pattern(1000))
        await fixture.settle()
        #expect(try await fixture.names() == [])
        #expect(try fixture.rescue.store.entries().first?.record?.path == "f")
        #expect(try fixture.journal.store.entries().isEmpty)
    }

    @Test func twoMountsNeverShareAJournal() throws {
        let folder = try Folder()
        let first = try WriteBackJournal(folder: folder.path)
        let error = #expect(throws: StorageError.self) { try WriteBackJournal(folder: folder.path) }
        #expect(error?.code == .busy)
        withExtendedLifetime(first) {}
    }
}

/// A journal as a power cut leaves it.
private struct Crash {
    let journal: Folder
    let rescue: Folder
    let remote: InMemoryRemote

    func leave(_ path: String, _ bytes: [UInt8], onServer server: [UInt8]) async throws {
        let spool = try Spool(directory: journal.path, budget: .unlimited)
        try spool.write(ByteBuffer(bytes: bytes), at: 0)
        let now = Timestamp.now()
        try journal.store.keep(
            spool,
            RescueRecord(
                id: RescueRecord.makeID(at: now), remote: "memory://test", definition: "prod", folder: "/srv",
                path: path, pathBytes: Hexadecimal.text(Array(path.utf8)), size: Int64(bytes.count),
                modified: now.seconds, permissions: nil, rescued: now.seconds, reason: "", code: "", base: .absent,
                left: .unknown, parts: nil, isCutShort: false),
            limit: nil)
        let writer = try await remote.openWriter(RemotePath(path), .truncate, permissions: nil, expectedSize: nil)
        try await writer.write(ByteBuffer(bytes: server), at: 0)
        try await writer.close()
    }

    func mount(_ style: InMemoryRemote.Style) async throws -> WriteBackFixture {
        try await WriteBackFixture(style, journal: journal, rescue: rescue, remote: remote)
    }
}
