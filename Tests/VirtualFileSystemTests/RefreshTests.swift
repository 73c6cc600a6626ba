import FileModel
import RemoteFileSystem
import Testing

@testable import VirtualFileSystem

/// What is asked in the background so that who works in a folder need not wait, and what others change meanwhile.
@Suite(.timeLimit(.minutes(1)))
struct RefreshTests {
    /// `t/tree` with five folders of twenty files.
    private static func makeTree(_ style: InMemoryRemote.Style) async throws -> VolumeFixture {
        let fixture = try await VolumeFixture(style)
        try await fixture.remote.createDirectory(RemotePath("t"), permissions: nil)
        try await fixture.remote.createDirectory(RemotePath("t/tree"), permissions: nil)
        for folder in 0..<5 {
            try await fixture.remote.createDirectory(RemotePath("t/tree/d\(folder)"), permissions: nil)
            for file in 0..<20 { try await fixture.seed("t/tree/d\(folder)/f\(file)", [1]) }
        }
        return fixture
    }

    /// A walk through a tree as rm(1) makes it, where each removal takes a round trip of 50 ms and the kernel looks up
    /// whatever it was told more than its time ago.
    private struct Removal {
        let fixture: VolumeFixture
        /// Questions about names that somebody had to wait for.
        var waited: [String] = []

        mutating func look(_ path: String) async throws -> InodeNumber {
            var current = InodeNumber.root
            for name in try RemotePath(path).components {
                if try fixture.volume.cachedLookup(name, in: current) == nil { waited.append(name.string) }
                guard case .found(let entry) = try await fixture.volume.lookup(name, in: current) else {
                    throw StorageError(.notFound, path)
                }
                current = entry.attributes.inode
            }
            return current
        }

        func roundTrip() async throws {
            fixture.clock.advance(by: .milliseconds(50))
            while fixture.isRefreshing { try await Task.sleep(for: .milliseconds(1)) }
        }

        mutating func remove(folder: String) async throws {
            let inode = try await look(folder)
            for name in try await fixture.names(inode) {
                let path = "\(folder)/\(name)"
                if case .directory = try await fixture.remote.attributes(of: RemotePath(path)).type {
                    try await remove(folder: path)
                    continue
                }
                // Relative to the folder that it has open.
                if try fixture.volume.cachedLookup(FileName(name), in: inode) == nil { waited.append(name) }
                try await fixture.volume.unlink(FileName(name), in: inode)
                try await roundTrip()
            }
            let parent = try #require(try RemotePath(folder).parent)
            let above = try await look(String(parent.description.dropFirst()))
            try await fixture.volume.removeDirectory(try #require(try RemotePath(folder).name), in: above)
            try await roundTrip()
        }
    }

    @Test(arguments: styles)
    func aTreeThatIsRemovedForLongerThanCachesLastAsksAheadForTheRest(style: InMemoryRemote.Style) async throws {
        let fixture = try await Self.makeTree(style)
        var removal = Removal(fixture: fixture)
        try await removal.remove(folder: "t/tree")
        #expect(removal.waited == ["t", "tree"])
        #expect(fixture.volume.metrics.caches()[.listings]?.misses == 2, "the tree and its first folder")
        #expect(fixture.calls[.removeFile] == 100 && fixture.calls[.removeDirectory] == 6)
        #expect(
            fixture.calls[.list] <= 16, "six folders, and every 1.5 s of 5.3 s the present, the next and the one above")
    }

    @Test func theNamesOfTheFoldersAboveAreKeptWhileSomebodyWorksBelow() async throws {
        let fixture = try await Self.makeTree(.randomAccess)
        let folder = try await fixture.inode("t/tree/d0")
        fixture.calls.reset()
        for _ in 0..<100 {
            _ = try await fixture.volume.lookup(FileName("f0"), in: folder)
            fixture.clock.advance(by: .milliseconds(100))
            while fixture.isRefreshing { try await Task.sleep(for: .milliseconds(1)) }
        }
        let asked = fixture.calls[.attributes]
        #expect(asked <= 3 + 3 * 7, "the file when it grew old, and three folders not more often than every 1.5 s")
        _ = try await fixture.inode("t/tree/d0")
        #expect(fixture.calls[.attributes] == asked)
        fixture.clock.advance(by: .seconds(4))
        _ = try await fixture.inode("t/tree/d0")
        #expect(fixture.calls[.attributes] == asked + 3, "nobody kept them after that")
    }

    /// Looked for the whole time, so that it is refreshed for the whole time.
    @Test(arguments: styles)
    func whatOthersChangeIsSeenInTimeInAFolderInUse(style: InMemoryRemote.Style) async throws {
        let fixture = try await Self.makeTree(style)
        let folder = try await fixture.inode("t/tree/d0")
        _ = try await fixture.names(folder)
        for change in 0..<3 {
            try await fixture.remote.removeFile(RemotePath("t/tree/d0/f\(change)"))
            try await fixture.seed("t/tree/d0/new\(change)", [UInt8](repeating: 1, count: change + 2))
            try await fixture.seed("t/tree/d0/f9", [UInt8](repeating: 1, count: change + 2))
            for _ in 0..<31 {
                _ = try await fixture.volume.lookup(FileName("f10"), in: folder)
                fixture.clock.advance(by: .milliseconds(100))
                while fixture.isRefreshing { try await Task.sleep(for: .milliseconds(1)) }
            }
            let names = Set(try await fixture.names(folder))
            #expect(!names.contains("f\(change)") && names.contains("new\(change)"))
            let file = try await fixture.inode("t/tree/d0/f9")
            #expect(try await fixture.volume.attributes(of: file).size == Int64(change + 2))
        }
    }

    @Test(arguments: styles)
    func aFolderInUseThatOthersReplaceIsAnotherOneInTime(style: InMemoryRemote.Style) async throws {
        let fixture = try await Self.makeTree(style)
        let folder = try await fixture.inode("t/tree/d0")
        try await fixture.remote.rename(RemotePath("t/tree"), to: RemotePath("t/old"), mode: .keepExisting)
        try await fixture.seed("t/tree", [1])
        for _ in 0..<31 {
            _ = try? fixture.volume.cachedLookup(FileName("f10"), in: folder)
            fixture.clock.advance(by: .milliseconds(100))
            while fixture.isRefreshing { try await Task.sleep(for: .milliseconds(1)) }
        }
        let tree = try await fixture.inode("t/tree")
        #expect(try await fixture.volume.attributes(of: tree).type == .regular)
    }

    /// Some servers hold on to a folder while it is listed, and the listing may be one that nobody asked for.
    @Test func aFolderThatIsBeingListedInTheBackgroundIsRemovedAfterThat() async throws {
        let fixture = try await VolumeFixture()
        try await fixture.remote.createDirectory(RemotePath("d"), permissions: nil)
        let folder = try await fixture.inode("d")
        _ = try await fixture.names(folder)
        let refusals = Shared(0)
        fixture.calls.inject { operation, path async throws(StorageError) in
            switch operation {
            case .list where path.name?.string == "d":
                while refusals.current == 0 { try? await Task.sleep(for: .milliseconds(1)) }
            case .removeDirectory where refusals.current == 0:
                refusals.withLock { $0 += 1 }
                throw StorageError(.permissionDenied, "in use")
            default: break
            }
        }
        fixture.clock.advance(by: .seconds(2))
        for _ in 0..<3 { _ = try fixture.volume.cachedLookup(FileName("x"), in: folder) }
        #expect(fixture.isRefreshing)
        try await fixture.volume.removeDirectory(FileName("d"), in: .root)
        #expect(fixture.calls[.removeDirectory] == 2)
    }

    @Test func aRefusedRemovalIsNotTriedAgainWhereNothingIsListed() async throws {
        let fixture = try await VolumeFixture()
        try await fixture.remote.createDirectory(RemotePath("d"), permissions: nil)
        _ = try await fixture.inode("d")
        fixture.calls.fail(.removeDirectory, .permissionDenied)
        await #expect(throws: StorageError.self) {
            try await fixture.volume.removeDirectory(FileName("d"), in: .root)
        }
        #expect(fixture.calls[.removeDirectory] == 1)
    }

    // MARK: - Room

    @Test func theRoomIsAskedForAlongWithAListing() async throws {
        let fixture = try await VolumeFixture()
        _ = try await fixture.names()
        while fixture.volume.room.known(at: fixture.clock.now) == nil { try await Task.sleep(for: .milliseconds(1)) }
        #expect(fixture.calls[.statistics] == 1)
        for _ in 0..<2 { _ = try await fixture.volume.statistics() }
        #expect(fixture.calls[.statistics] == 1)
        fixture.clock.advance(by: .seconds(4))
        _ = try await fixture.volume.statistics()
        #expect(fixture.calls[.statistics] == 2, "it is believed for three seconds")
    }

    @Test func ownChangesMakeTheRoomVoid() async throws {
        let fixture = try await VolumeFixture()
        _ = try await fixture.volume.statistics()
        let (file, handle) = try await fixture.create("f")
        _ = try await fixture.volume.statistics()
        #expect(fixture.calls[.statistics] == 2)
        try await fixture.write(handle, [1], at: 0)
        _ = try await fixture.volume.statistics()
        try await fixture.close(handle)
        _ = try await fixture.volume.statistics()
        #expect(fixture.calls[.statistics] == 4)
        var changes = NodeChanges()
        changes.size = 0
        _ = try await fixture.volume.setAttributes(of: file, changes)
        _ = try await fixture.volume.statistics()
        try await fixture.volume.unlink(FileName("f"), in: .root)
        _ = try await fixture.volume.statistics()
        #expect(fixture.calls[.statistics] == 6)
    }

    @Test func manyListingsAskForTheRoomOnce() async throws {
        let fixture = try await Self.makeTree(.randomAccess)
        for folder in 0..<5 { _ = try await fixture.names(try await fixture.inode("t/tree/d\(folder)")) }
        while fixture.volume.room.known(at: fixture.clock.now) == nil { try await Task.sleep(for: .milliseconds(1)) }
        #expect(fixture.calls[.statistics] == 1)
    }
}

extension VolumeFixture {
    /// Something is asked in the background.
    fileprivate var isRefreshing: Bool {
        volume.inodes.withLock { table, _ in
            table.inodes.values.contains { inode in
                inode.directory.map { $0.listingsUnderWay > 0 || $0.isAskedFor } ?? false
            }
        }
    }
}
