import FileModel
import RemoteFileSystem
import Testing

@testable import VirtualFileSystem

/// Files and folders that are fetched because their neighbours are visited in order.
@Suite(.timeLimit(.minutes(1)))
struct ReadAheadAcrossFilesTests {
    private static func name(_ index: Int) -> String { "f" + String(1000 + index) }

    private static func content(_ index: Int, size: Int = 100) -> [UInt8] { pattern(size, seed: UInt8(index % 251)) }

    /// A listed folder of small files.
    private static func makeFolder(
        _ style: InMemoryRemote.Style, files: Int, size: Int = 100,
        _ configure: (inout VolumeSettings) -> Void = { _ in }
    ) async throws -> VolumeFixture {
        let fixture = try await VolumeFixture(style, configure)
        for index in 0..<files { try await fixture.seed(name(index), content(index, size: size)) }
        _ = try await fixture.names()
        return fixture
    }

    private static func read(_ index: Int, _ fixture: VolumeFixture) async throws -> [UInt8] {
        let opened = try await fixture.volume.open(fixture.inode(name(index)), flags: .read)
        // As the kernel asks: whole pages up to the size.
        let size = try await fixture.volume.attributes(of: fixture.inode(name(index))).size
        let bytes = try await fixture.read(opened.handle, count: Int(size + 4095) / 4096 * 4096)
        try await fixture.close(opened.handle)
        return bytes
    }

    private static func wait(_ condition: () -> Bool) async throws {
        while !condition() { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test(arguments: styles)
    func filesOpenedInOrderAreThereBeforeTheyAreOpened(style: InMemoryRemote.Style) async throws {
        let fixture = try await Self.makeFolder(style, files: 20)
        for index in 0..<2 { #expect(try await Self.read(index, fixture) == Self.content(index)) }
        try await Self.wait { fixture.calls[.read] >= 6 }
        fixture.calls.fail(.openReader, .connectionLost)
        for index in 2..<6 { #expect(try await Self.read(index, fixture) == Self.content(index)) }
    }

    @Test(arguments: styles)
    func eachFileIsReadOnce(style: InMemoryRemote.Style) async throws {
        let fixture = try await Self.makeFolder(style, files: 100)
        for index in 0..<100 { #expect(try await Self.read(index, fixture) == Self.content(index)) }
        #expect(fixture.calls[.read] == 100)
        #expect(fixture.calls[.openReader] == 100)
    }

    @Test(arguments: styles)
    func whatOthersChangedIsSeenAfterTheTimeout(style: InMemoryRemote.Style) async throws {
        let fixture = try await Self.makeFolder(style, files: 8)
        for index in 0..<2 { _ = try await Self.read(index, fixture) }
        try await Self.wait { fixture.calls[.read] >= 6 }
        try await fixture.seed(Self.name(2), [1, 2, 3])
        fixture.clock.advance(by: .seconds(4))
        #expect(try await Self.read(2, fixture) == [1, 2, 3])
    }

    @Test(arguments: styles)
    func whatWeWroteIsSeenAtOnce(style: InMemoryRemote.Style) async throws {
        let fixture = try await Self.makeFolder(style, files: 8)
        for index in 0..<2 { _ = try await Self.read(index, fixture) }
        try await Self.wait { fixture.calls[.read] >= 6 }
        let opened = try await fixture.volume.open(fixture.inode(Self.name(2)), flags: [.write, .truncate])
        let fresh = [UInt8](repeating: 7, count: 100)
        try await fixture.write(opened.handle, fresh, at: 0)
        #expect(try await Self.read(2, fixture) == fresh)
        try await fixture.close(opened.handle)
        #expect(try await Self.read(2, fixture) == fresh)
        #expect(try await Self.read(3, fixture) == Self.content(3))
    }

    @Test func theBeginningsOfBigFilesAreReadAhead() async throws {
        let size = 1 << 20
        let fixture = try await Self.makeFolder(.randomAccess, files: 8, size: size)
        for index in 0..<2 { #expect(try await Self.read(index, fixture) == Self.content(index, size: size)) }
        let before = fixture.calls[.openReader]
        #expect(before <= 6)
        try await Self.wait { fixture.calls[.openReader] >= 6 }
        let opened = try await fixture.volume.open(fixture.inode(Self.name(2)), flags: .read)
        #expect(try await fixture.read(opened.handle, count: 4096) == Array(Self.content(2, size: size).prefix(4096)))
        #expect(fixture.calls[.openReader] <= 10)
        #expect(try await fixture.read(opened.handle, count: size) == Self.content(2, size: size))
        try await fixture.close(opened.handle)
    }

    /// The kernel holds the pages of a file that was read before, so opening it again needs no server while an open would
    /// be answered from the caches; a read of more finds the file it was opened as, or none.
    @Test func aFileWhosePagesAreKeptIsOpenedWithoutTheServer() async throws {
        let fixture = try await VolumeFixture()
        try await fixture.seed("f", Self.content(0))
        try await fixture.remote.setAttributes(RemotePath("f"), AttributeChanges(modified: Timestamp(seconds: 1000)))
        let inode = try await fixture.inode("f")
        for _ in 0..<3 {
            let opened = try await fixture.volume.open(inode, flags: .read)
            #expect(try await fixture.read(opened.handle, count: 4096) == Self.content(0))
            try await fixture.close(opened.handle)
        }
        let before = fixture.calls[.openReader]
        let kept = try await fixture.volume.open(inode, flags: .read)
        #expect(kept.keepsCache)
        #expect(fixture.calls[.openReader] == before)
        try await fixture.seed("f", [1, 2, 3])
        await #expect(throws: StorageError.self) { try await fixture.read(kept.handle, count: 4096) }
        try await fixture.close(kept.handle)
        fixture.clock.advance(by: .seconds(4))
        let anew = try await fixture.volume.open(inode, flags: .read)
        #expect(!anew.keepsCache)
        #expect(try await fixture.read(anew.handle, count: 4096) == [1, 2, 3])
        try await fixture.close(anew.handle)
    }

    /// Where a stream takes several steps to open, a small file is one request.
    @Test func aSmallFileOfAStreamIsReadAsAWhole() async throws {
        let fixture = try await Self.makeFolder(.stream, files: 3, size: 200_000)
        #expect(try await Self.read(1, fixture) == Self.content(1, size: 200_000))
        #expect(fixture.calls[.read] == 1)
        try await fixture.seed(Self.name(1), [1, 2])
        fixture.clock.advance(by: .seconds(4))
        #expect(try await Self.read(1, fixture) == [1, 2])
    }

    @Test func anOpenOutOfOrderGivesUpWhatWasReadAhead() async throws {
        let fixture = try await Self.makeFolder(.randomAccess, files: 200)
        for index in 0..<2 { _ = try await Self.read(index, fixture) }
        try await Self.wait { fixture.calls[.read] >= 6 }
        _ = try await Self.read(150, fixture)
        #expect(fixture.calls[.read] == 7)
        _ = try await Self.read(2, fixture)
        #expect(fixture.calls[.read] == 8)
    }

    @Test func theMemoryIsBounded() async throws {
        let fixture = try await Self.makeFolder(.randomAccess, files: 40, size: 100_000) {
            $0.readAhead = ByteCount(1 << 20)
        }
        for index in 0..<20 {
            #expect(try await Self.read(index, fixture) == Self.content(index, size: 100_000))
            #expect(fixture.calls[.openReader] <= index + 1 + 10)
        }
    }

    @Test func nothingIsReadAheadWhereThatIsOff() async throws {
        let fixture = try await Self.makeFolder(.randomAccess, files: 20) { $0.readAhead = ByteCount(0) }
        for index in 0..<10 { _ = try await Self.read(index, fixture) }
        #expect(fixture.calls[.openReader] == 10)
    }

    @Test(arguments: styles)
    func aWalkFindsTheFoldersListed(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        for index in 0..<40 {
            try await fixture.remote.createDirectory(RemotePath("d\(index)"), permissions: nil)
            try await fixture.seed("d\(index)/f", [1])
        }
        let folders = try await fixture.names()
        for name in folders {
            #expect(try await fixture.names(try await fixture.inode(name)) == ["f"])
        }
        #expect(fixture.calls[.list] == 41)
    }

    @Test func theNextFoldersOfAWalkNeedNoServer() async throws {
        let fixture = try await VolumeFixture()
        for index in 0..<40 {
            try await fixture.remote.createDirectory(RemotePath("d\(index)"), permissions: nil)
        }
        let folders = try await fixture.names()
        _ = try await fixture.names(try await fixture.inode(folders[0]))
        try await Self.wait { fixture.calls[.list] >= 6 }
        fixture.calls.fail(.list, .connectionLost)
        for name in folders[1..<5] { _ = try await fixture.names(try await fixture.inode(name)) }
    }

    @Test func aFolderWhoseNamesAreAskedForIsListedBeforeItGrowsOld() async throws {
        let fixture = try await Self.makeFolder(.randomAccess, files: 20)
        for index in 0..<5 { _ = try await fixture.inode(Self.name(index)) }
        #expect(fixture.calls[.list] == 1 && fixture.calls[.attributes] == 0)
        fixture.clock.advance(by: .seconds(2))
        for index in 5..<10 { _ = try await fixture.inode(Self.name(index)) }
        try await Self.wait { fixture.calls[.list] == 2 }
        try await Self.wait { fixture.isListed }
        fixture.clock.advance(by: .seconds(2))
        for index in 10..<20 { _ = try await fixture.inode(Self.name(index)) }
        #expect(fixture.calls[.attributes] == 0)
    }

    /// A listing in the background may fall into any moment of an upload or a removal.
    @Test func temporaryAndHiddenNamesAreNeverListed() async throws {
        let fixture = try await VolumeFixture(.stream)
        try await fixture.seed("b", Self.content(0, size: 1000))
        let (file, seen) = (try await fixture.inode("b"), Shared<[[String]]>([]))
        fixture.calls.inject { operation, path async throws(StorageError) in
            guard operation == .rename || (operation == .removeFile && path.name?.string != "b") else { return }
            fixture.clock.advance(by: .seconds(4))
            let names = try? await fixture.names()
            seen.withLock { $0.append(names ?? []) }
        }
        let opened = try await fixture.volume.open(file, flags: [.read, .write])
        try await fixture.write(opened.handle, [1, 2, 3], at: 10)
        try await fixture.volume.flush(opened.handle)
        #expect(try await fixture.names() == ["b"])
        try await fixture.volume.unlink(FileName("b"), in: .root)
        try await fixture.close(opened.handle)
        #expect(try await fixture.names() == [])
        #expect(seen.current == [["b"], ["b"], []], "at the rename of the upload, of the removal, and at its end")
    }

    /// The path of a listing under way stands for another folder when ours got another name meanwhile.
    @Test(arguments: styles)
    func aFolderRenamedWhileItIsListedKeepsItsOwnNames(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        try await fixture.remote.createDirectory(RemotePath("a"), permissions: nil)
        try await fixture.seed("a/f", [1])
        let (folder, isFirst) = (try await fixture.inode("a"), Shared(true))
        fixture.calls.inject { operation, _ async throws(StorageError) in
            guard operation == .list, isFirst.takeOnce() else { return }
            try await fixture.volume.rename(
                FileName("a"), in: .root, to: FileName("b"), in: .root, mode: .keepExisting)
            _ = try await fixture.volume.createDirectory(FileName("a"), in: .root, permissions: 0o755)
        }
        #expect(try await fixture.names(folder) == ["f"])
        #expect(try await fixture.names(try await fixture.inode("b")) == ["f"])
        #expect(try await fixture.names(try await fixture.inode("a")) == [])
    }

    /// A listing that was made between the server's rename and ours knows only the new name.
    @Test(arguments: styles)
    func aFileRenamedWhileItsFolderIsListedStaysTheSame(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        try await fixture.seed("a", [1])
        let file = try await fixture.inode("a")
        let names = Shared<[String]>([])
        fixture.calls.inject { operation, path async throws(StorageError) in
            guard operation == .rename else { return }
            fixture.calls.inject(nil)
            try await fixture.remote.rename(RemotePath("a"), to: RemotePath("c"), mode: .keepExisting)
            let found = try? await fixture.names()
            names.withLock { $0 = found ?? [] }
            try await fixture.remote.rename(RemotePath("c"), to: RemotePath("a"), mode: .keepExisting)
        }
        try await fixture.volume.rename(FileName("a"), in: .root, to: FileName("b"), in: .root, mode: .keepExisting)
        #expect(names.current.contains("a"), "still its name, as far as we know")
        #expect(try await fixture.inode("b") == file)
    }

    @Test func aFolderThatIsLeftAloneIsNotListedAgain() async throws {
        let fixture = try await Self.makeFolder(.randomAccess, files: 20)
        fixture.clock.advance(by: .seconds(4))
        _ = try await fixture.inode(Self.name(0))
        #expect(fixture.calls[.attributes] == 1)
        #expect(fixture.calls[.list] == 1)
    }

    @Test func aLongListingThatNobodyReadsIsGivenUp() throws {
        let name = ListedName(name: try FileName("f"), number: InodeNumber(2), type: .regular)
        let unread = DirectoryListing(id: 1, directory: .root, isWanted: false)
        unread.append([name, name])
        #expect(!unread.isGivenUp(beyond: 2))
        unread.append([name])
        #expect(unread.isGivenUp(beyond: 2))
        #expect(!unread.join())

        let read = DirectoryListing(id: 2, directory: .root, isWanted: false)
        #expect(read.join())
        read.append([name, name, name])
        #expect(!read.isGivenUp(beyond: 2))
    }
}

extension VolumeFixture {
    /// No listing of the root is under way.
    fileprivate var isListed: Bool {
        volume.inodes.withLock { table, _ in table.inodes[.root]?.directory?.listingsUnderWay == 0 }
    }
}
