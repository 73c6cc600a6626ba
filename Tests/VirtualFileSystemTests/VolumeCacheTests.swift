import FileModel
import RemoteFileSystem
import Testing

@testable import VirtualFileSystem

@Suite(.timeLimit(.minutes(1)))
struct VolumeCacheTests {
    @Test(arguments: styles)
    func aCachedNameCostsNoCall(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        try await fixture.seed("f", [1, 2, 3])
        let inode = try await fixture.inode("f")
        #expect(fixture.calls[.attributes] == 1)
        for _ in 0..<5 { _ = try await fixture.inode("f") }
        #expect(try await fixture.volume.attributes(of: inode).size == 3)
        #expect(fixture.calls.total == 1)
        fixture.clock.advance(by: .seconds(4))
        _ = try await fixture.volume.attributes(of: inode)
        #expect(fixture.calls[.attributes] == 2)
    }

    @Test func anAbsentNameIsAskedForOnce() async throws {
        let fixture = try await VolumeFixture()
        for _ in 0..<3 {
            guard case .absent = try await fixture.volume.lookup(FileName("x"), in: .root) else {
                Issue.record("found what is not there")
                return
            }
        }
        #expect(fixture.calls.total == 1)
        fixture.clock.advance(by: .seconds(2))
        try await fixture.remote.createDirectory(RemotePath("x"), permissions: nil)
        _ = try await fixture.inode("x")
    }

    @Test(arguments: styles)
    func oneListingAnswersNamesAndAttributes(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        for index in 0..<300 { try await fixture.seed("f\(index)", [UInt8](repeating: 0, count: index)) }
        let names = try await fixture.names()
        #expect(Set(names) == Set((0..<300).map { "f\($0)" }))
        #expect(names.count == 300)
        for index in 0..<300 {
            let inode = try await fixture.inode("f\(index)")
            #expect(try await fixture.volume.attributes(of: inode).size == Int64(index))
        }
        #expect(fixture.calls[.list] == 1)
        #expect(fixture.calls[.attributes] == 0)
    }

    /// A mode set on a file that is being written travels with its content; meanwhile the server tells the old one.
    @Test func aModeOnItsWayIsShownWhateverTheServerTells() async throws {
        let fixture = try await VolumeFixture()
        try await fixture.seed("f", [1])
        let inode = try await fixture.inode("f")
        let opened = try await fixture.volume.open(inode, flags: [.read, .write])
        try await fixture.write(opened.handle, [2, 3], at: 0)
        var changes = NodeChanges()
        changes.permissions = 0o751
        #expect(try await fixture.volume.setAttributes(of: inode, changes).permissions == 0o751)
        fixture.clock.advance(by: .seconds(10))
        #expect(try await fixture.names() == ["f"])
        #expect(try await fixture.volume.attributes(of: inode).permissions == 0o751)
        try await fixture.close(opened.handle)
        #expect(try await fixture.volume.attributes(of: inode).permissions == 0o751)
        #expect(try await fixture.remote.attributes(of: RemotePath("f")).permissions == 0o751)
    }

    @Test func manyEntriesStreamInFull() async throws {
        let fixture = try await VolumeFixture()
        try await fixture.remote.createDirectory(RemotePath("d"), permissions: nil)
        for index in 0..<5000 {
            try await fixture.remote.createDirectory(RemotePath("d/\(index)"), permissions: nil)
        }
        fixture.clock.advance(by: .seconds(10))
        let names = try await fixture.names(try await fixture.inode("d"), room: 100)
        #expect(names.count == 5000)
        #expect(Set(names).count == 5000)
    }

    @Test(arguments: styles)
    func ownChangesAreVisibleAtOnce(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        let volume = fixture.volume
        #expect(try await fixture.names().isEmpty)
        _ = try await volume.createDirectory(FileName("d"), in: .root, permissions: 0o755)
        let (_, handle) = try await fixture.create("f")
        try await fixture.close(handle)
        #expect(Set(try await fixture.names()) == ["d", "f"])
        try await volume.rename(FileName("f"), in: .root, to: FileName("g"), in: .root, mode: .replace)
        #expect(Set(try await fixture.names()) == ["d", "g"])
        try await volume.unlink(FileName("g"), in: .root)
        try await volume.removeDirectory(FileName("d"), in: .root)
        #expect(try await fixture.names().isEmpty)
        #expect(try await fixture.remote.entries(of: .root).isEmpty)
    }

    @Test func changesOfOthersAreSeenAfterTheTimeout() async throws {
        let fixture = try await VolumeFixture()
        #expect(try await fixture.names().isEmpty)
        try await fixture.seed("new", [1])
        #expect(try await fixture.names().isEmpty)
        fixture.clock.advance(by: .seconds(4))
        #expect(try await fixture.names() == ["new"])
    }

    @Test func anOutageIsNeitherAbsenceNorAnEmptyFolder() async throws {
        let fixture = try await VolumeFixture()
        try await fixture.seed("f", [1])
        fixture.calls.inject { _, _ async throws(StorageError) in throw StorageError(.unreachable, "down") }
        let lookup = await #expect(throws: StorageError.self) {
            try await fixture.volume.lookup(FileName("f"), in: .root)
        }
        #expect(lookup?.code == .unreachable)
        await #expect(throws: StorageError.self) { try await fixture.names() }
        fixture.calls.inject(nil)
        // The next look of the watch over the server finds it.
        while (try? await fixture.names()) == nil { try await Task.sleep(for: .milliseconds(5)) }
        #expect(try await fixture.names() == ["f"])
    }

    @Test func aServerThatNeverAnswersIsATimeOut() async throws {
        let fixture = try await VolumeFixture { $0.timeout = .milliseconds(50) }
        fixture.calls.inject { _, _ async throws(StorageError) in
            await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
        }
        let lookup = await #expect(throws: StorageError.self) {
            try await fixture.volume.lookup(FileName("f"), in: .root)
        }
        #expect(lookup?.code == .timedOut)
        let listing = await #expect(throws: StorageError.self) { try await fixture.names() }
        #expect(listing?.code == .timedOut)
    }

    @Test func aListingThatBreaksOffIsNeverShownAsTheWhole() async throws {
        let remote = HalfListing()
        let volume = try await Volume.open(remote)
        let handle = try volume.openDirectory(.root)
        var seen = 0
        await #expect(throws: StorageError(.connectionLost, "cut")) {
            var offset: Int64 = 0
            while true {
                let before = seen
                try await volume.readDirectory(handle, from: offset, withAttributes: true) { item in
                    seen += 1
                    offset = item.nextOffset
                    return true
                }
                if seen == before { break }
            }
        }
    }

    @Test func referencesGoBackToZero() async throws {
        let fixture = try await VolumeFixture()
        for index in 0..<50 { try await fixture.seed("f\(index)", []) }
        _ = try await fixture.names()
        for index in 0..<50 {
            let inode = try await fixture.inode("f\(index)")
            fixture.volume.forget(inode, 2)
        }
        let left = fixture.volume.inodes.withLock { table, _ in table.inodes.count }
        #expect(left == 1)
    }
}
