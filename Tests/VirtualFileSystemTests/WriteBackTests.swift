import FileModel
import NIOCore
import RemoteFileSystem
import Testing

@testable import VirtualFileSystem

/// With write-back, close(2) means the journal, and the mount shows what the server will have.
@Suite(.timeLimit(.minutes(1)))
struct WriteBackTests {
    @Test(arguments: styles)
    func closeDoesNotWaitAndTheMountShowsTheFile(style: InMemoryRemote.Style) async throws {
        let fixture = try await WriteBackFixture(style, isOpen: false)
        try await fixture.folder("d")
        let (small, large) = (pattern(5000), pattern(700_000, seed: 2))
        try await fixture.put("d/small", small)
        try await fixture.put("d/large", large)
        #expect(try await fixture.names("d") == ["large", "small"])
        #expect(try await fixture.content("d/small") == small)
        #expect(try await fixture.content("d/large") == large)
        let shown = try await fixture.volume.attributes(of: try await fixture.base.inode("d/large"))
        #expect(shown.size == 700_000)
        #expect(try await fixture.stored("d").allSatisfy { $0.hasSuffix(".part") })
        fixture.gate.open()
        await fixture.settle()
        #expect(try await fixture.stored("d") == ["large", "small"])
        #expect(try await fixture.base.stored("d/small") == small)
        #expect(try await fixture.base.stored("d/large") == large)
        let told = try await fixture.volume.attributes(of: try await fixture.base.inode("d/large"))
        #expect(told.modified == shown.modified)
        #expect(try fixture.journal.store.entries().isEmpty)
    }

    @Test(arguments: styles)
    func fsyncStillMeansTheServer(style: InMemoryRemote.Style) async throws {
        let fixture = try await WriteBackFixture(style)
        let (_, handle) = try await fixture.base.create("f")
        try await fixture.base.write(handle, pattern(1000), at: 0)
        try await fixture.volume.synchronize(handle)
        #expect(try await fixture.base.stored("f") == pattern(1000))
        try await fixture.base.write(handle, pattern(10, seed: 9), at: 500)
        fixture.gate.refuse(.noSpace)
        let error = await #expect(throws: StorageError.self) { try await fixture.volume.synchronize(handle) }
        #expect(error?.code == .noSpace)
        #expect(error?.message.contains("syncctl rescue retry") == true)
        #expect(try fixture.rescue.store.entries().count == 1)
    }

    @Test func fsyncOfAFileThatWasClosedBeforeWaitsAsWell() async throws {
        let fixture = try await WriteBackFixture(isOpen: false)
        try await fixture.put("f", pattern(1000))
        let opened = try await fixture.volume.open(try await fixture.base.inode("f"), flags: .read)
        async let verdict: Void = fixture.volume.synchronize(opened.handle)
        try await fixture.gate.waitForUpload()
        fixture.gate.open()
        try await verdict
        #expect(try await fixture.base.stored("f") == pattern(1000))
    }

    /// Its reader went on with the version that was pending before (mount on SFTP, seed 14549609591250060337).
    @Test(arguments: styles, [true, false])
    func aFileThatIsOpenShowsWhatWasWrittenOverIt(style: InMemoryRemote.Style, isPending: Bool) async throws {
        let fixture = try await WriteBackFixture(style, isOpen: !isPending)
        let (before, after) = (pattern(5000), pattern(3000, seed: 2))
        try await fixture.put("f", before)
        if !isPending { await fixture.settle() }
        let reading = try await fixture.volume.open(try await fixture.base.inode("f"), flags: .read)
        #expect(try await fixture.base.read(reading.handle) == before)
        try await fixture.rewrite("f", after, flags: [.read, .write, .truncate])
        #expect(try await fixture.base.read(reading.handle) == after)
        fixture.gate.open()
        await fixture.settle()
        #expect(try await fixture.base.read(reading.handle) == after)
        #expect(try await fixture.base.stored("f") == after)
        await fixture.volume.release(reading.handle)
    }

    /// Its reader was one of the journal.
    @Test func aFileThatWasOpenedWhileItWasPendingShowsWhatTheServerGetsLater() async throws {
        let fixture = try await WriteBackFixture(isOpen: false)
        let (before, change) = (pattern(5000), pattern(3000, seed: 2))
        try await fixture.put("f", before)
        let inode = try await fixture.base.inode("f")
        let reading = try await fixture.volume.open(inode, flags: .read)
        #expect(try await fixture.base.read(reading.handle) == before)
        fixture.gate.open()
        await fixture.settle()
        try await fixture.rewrite("f", change, flags: [.read, .write])
        #expect(try await fixture.base.read(reading.handle) == change + before[3000...])
        #expect(try await fixture.base.stored("f") == change + before[3000...])
        await fixture.volume.release(reading.handle)
    }

    @Test(arguments: styles)
    func aFileThatIsRemovedBeforeItsUploadNeverReachesTheServer(style: InMemoryRemote.Style) async throws {
        let fixture = try await WriteBackFixture(style)
        fixture.pending.withState { $0.isPaused = true }
        try await fixture.put("f", pattern(1000))
        fixture.base.calls.reset()
        try await fixture.unlink("f")
        #expect(fixture.base.calls[.removeFile] == 0)
        #expect(try await fixture.names() == [])
        fixture.pending.hurry()
        await fixture.settle()
        #expect(fixture.base.calls[.openWriter] == 0)
        #expect(try fixture.journal.store.entries().isEmpty)
    }

    @Test(arguments: styles)
    func aRemovalTakesTheOlderVersionAlong(style: InMemoryRemote.Style) async throws {
        let fixture = try await WriteBackFixture(style)
        try await fixture.base.seed("f", pattern(10))
        fixture.pending.withState { $0.isPaused = true }
        try await fixture.rewrite("f", pattern(1000), flags: [.write, .truncate])
        #expect(try await fixture.content("f") == pattern(1000))
        #expect(try await fixture.base.stored("f") == pattern(10))
        try await fixture.unlink("f")
        #expect(try await fixture.stored() == [])
        #expect(try await fixture.names() == [])
    }

    @Test(arguments: styles)
    func aNewVersionIsUploadedAfterTheOldOne(style: InMemoryRemote.Style) async throws {
        let fixture = try await WriteBackFixture(style, isOpen: false)
        try await fixture.put("f", pattern(1000))
        try await fixture.gate.waitForUpload()
        for seed in 2...4 as ClosedRange<UInt8> {
            try await fixture.rewrite("f", pattern(2000, seed: seed), flags: [.write, .truncate])
        }
        #expect(try await fixture.content("f") == pattern(2000, seed: 4))
        #expect(fixture.pending.withState { $0.files.count } == 2)
        fixture.gate.open()
        await fixture.settle()
        #expect(try await fixture.base.stored("f") == pattern(2000, seed: 4))
        #expect(try fixture.rescue.store.entries().isEmpty)
    }

    /// A listing in the background once told the size from before an upload that ended meanwhile.
    @Test func aListingThatBeganBeforeAnUploadDoesNotTellTheOldVersion() async throws {
        let fixture = try await WriteBackFixture()
        try await fixture.base.seed("f", pattern(7))
        let old = try await fixture.base.remote.entries(of: .root)
        fixture.pending.withState { $0.isPaused = true }
        try await fixture.rewrite("f", pattern(9), flags: [.write, .truncate])
        let overlay = ListingOverlay(.root, fixture.pending)
        fixture.pending.hurry()
        await fixture.settle()
        #expect(fixture.pending.withState { $0.files.isEmpty })
        #expect(overlay.shown(old).map(\.attributes.size) == [9])
        #expect(overlay.rest().isEmpty)
    }

    @Test(arguments: styles)
    func writingOnAfterACloseLeavesWhatIsInTheJournal(style: InMemoryRemote.Style) async throws {
        let fixture = try await WriteBackFixture(style, isOpen: false)
        let (_, handle) = try await fixture.base.create("f")
        try await fixture.base.write(handle, pattern(1000), at: 0)
        try await fixture.volume.flush(handle)
        let entry = try #require(try fixture.journal.store.entries().first)
        try await fixture.base.write(handle, pattern(1000, seed: 7), at: 500)
        let kept = try Spool(existing: entry.dataFile)
        #expect(Array(try kept.read(at: 0, count: 5000).readableBytesView) == pattern(1000))
        fixture.gate.open()
        try await fixture.base.close(handle)
        await fixture.settle()
        #expect(try await fixture.base.stored("f") == pattern(1000).prefix(500) + pattern(1000, seed: 7))
    }

    /// The second open once took the older version from the journal in place of what the first had written.
    @Test(arguments: styles)
    func aSecondWriterSeesWhatTheFirstWroteOverAPendingVersion(style: InMemoryRemote.Style) async throws {
        let fixture = try await WriteBackFixture(style)
        fixture.pending.withState { $0.isPaused = true }
        try await fixture.put("f", pattern(8))
        let inode = try await fixture.base.inode("f")
        let first = try await fixture.volume.open(inode, flags: [.read, .write, .truncate])
        try await fixture.base.write(first.handle, pattern(2, seed: 5), at: 1000)
        try await fixture.rewrite("f", pattern(50, seed: 6), flags: [.write, .append])
        let expected = [UInt8](repeating: 0, count: 1000) + pattern(2, seed: 5) + pattern(50, seed: 6)
        #expect(try await fixture.base.read(first.handle) == expected)
        try await fixture.base.close(first.handle)
        fixture.pending.hurry()
        await fixture.settle()
        #expect(try await fixture.base.stored("f") == expected)
    }

    @Test(arguments: styles)
    func aPendingFileCanBeChangedInPlace(style: InMemoryRemote.Style) async throws {
        let fixture = try await WriteBackFixture(style)
        fixture.pending.withState { $0.isPaused = true }
        try await fixture.put("f", pattern(1000))
        try await fixture.rewrite("f", [1, 2, 3], at: 100, flags: [.read, .write])
        try await fixture.rewrite("f", [4, 5], flags: [.write, .append])
        let inode = try await fixture.base.inode("f")
        var changes = NodeChanges()
        changes.size = 1001
        _ = try await fixture.volume.setAttributes(of: inode, changes)
        let expected = pattern(1000).prefix(100) + [1, 2, 3] + pattern(1000)[103...] + [4]
        #expect(try await fixture.content("f") == Array(expected))
        #expect(fixture.base.calls[.openWriter] == 0)
        fixture.pending.hurry()
        await fixture.settle()
        #expect(try await fixture.base.stored("f") == Array(expected))
    }

    @Test(arguments: styles)
    func modeAndTimeTravelWithTheFile(style: InMemoryRemote.Style) async throws {
        let fixture = try await WriteBackFixture(style)
        fixture.pending.withState { $0.isPaused = true }
        try await fixture.put("f", pattern(1000))
        var changes = NodeChanges()
        changes.modified = Timestamp(seconds: 1_000_000_000)
        if fixture.volume.capabilities.permissions { changes.permissions = 0o600 }
        let inode = try await fixture.base.inode("f")
        let shown = try await fixture.volume.setAttributes(of: inode, changes)
        #expect(shown.modified == Timestamp(seconds: 1_000_000_000))
        fixture.pending.hurry()
        await fixture.settle()
        let told = try await fixture.base.remote.attributes(of: RemotePath("f"))
        #expect(told.modified?.time == Timestamp(seconds: 1_000_000_000))
        if fixture.volume.capabilities.permissions { #expect(told.permissions.map { $0 & 0o777 } == 0o600) }
    }

    @Test func aFolderKeepsTheTimeItWasGivenWhenItsFilesComeLater() async throws {
        let fixture = try await WriteBackFixture(isOpen: false)
        try await fixture.folder("d")
        try await fixture.put("d/f", pattern(1000))
        var changes = NodeChanges()
        changes.modified = Timestamp(seconds: 1_000_000_000)
        _ = try await fixture.volume.setAttributes(of: try await fixture.base.inode("d"), changes)
        fixture.gate.open()
        await fixture.settle()
        let told = try await fixture.base.remote.attributes(of: RemotePath("d"))
        #expect(told.modified?.time == Timestamp(seconds: 1_000_000_000))
    }

    @Test(arguments: styles)
    func aFullSpoolWaitsForUploadsAndALargerFileIsWrittenThrough(style: InMemoryRemote.Style) async throws {
        let fixture = try await WriteBackFixture(style) { $0.spoolLimit = ByteCount(100_000) }
        for index in 0..<10 { try await fixture.put("f\(index)", pattern(60_000, seed: UInt8(index + 1))) }
        let (_, handle) = try await fixture.base.create("large")
        let bytes = pattern(500_000, seed: 99)
        for start in stride(from: 0, to: bytes.count, by: 50_000) {
            try await fixture.base.write(handle, Array(bytes[start..<start + 50_000]), at: Int64(start))
        }
        try await fixture.base.close(handle)
        await fixture.settle()
        for index in 0..<10 {
            #expect(try await fixture.base.stored("f\(index)") == pattern(60_000, seed: UInt8(index + 1)))
        }
        #expect(try await fixture.base.stored("large") == bytes)
        #expect(fixture.volume.services.spools.inUse == 0)
    }
}
