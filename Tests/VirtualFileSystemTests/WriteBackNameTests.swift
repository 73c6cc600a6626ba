import FileModel
import RemoteFileSystem
import Testing

@testable import VirtualFileSystem

/// Names of files that are pending.
@Suite(.timeLimit(.minutes(1)))
struct WriteBackNameTests {
    /// As editors and rsync(1) save: a temporary name, then the file's own.
    @Test(arguments: styles)
    func aNewFileIsRenamedOverAnother(style: InMemoryRemote.Style) async throws {
        let fixture = try await WriteBackFixture(style)
        try await fixture.base.seed("f", pattern(10))
        fixture.pending.withState { $0.isPaused = true }
        try await fixture.put("f.new", pattern(1000))
        try await fixture.rename("f.new", to: "f")
        #expect(try await fixture.names() == ["f"])
        #expect(try await fixture.content("f") == pattern(1000))
        try await fixture.put("f.new", pattern(2000))
        try await fixture.rename("f.new", to: "f")
        #expect(try await fixture.content("f") == pattern(2000))
        fixture.pending.hurry()
        await fixture.settle()
        #expect(try await fixture.stored() == ["f"])
        #expect(try await fixture.base.stored("f") == pattern(2000))
        #expect(fixture.base.calls[.rename] == 1)
        #expect(try fixture.rescue.store.entries().isEmpty)
    }

    @Test(arguments: styles)
    func anOpenFileIsRenamedBeforeItIsClosed(style: InMemoryRemote.Style) async throws {
        let fixture = try await WriteBackFixture(style)
        let (_, handle) = try await fixture.base.create("a")
        try await fixture.base.write(handle, pattern(100), at: 0)
        try await fixture.rename("a", to: "b")
        try await fixture.base.write(handle, pattern(100, seed: 2), at: 100)
        try await fixture.base.close(handle)
        await fixture.settle()
        #expect(try await fixture.stored() == ["b"])
        #expect(try await fixture.base.stored("b") == pattern(100) + pattern(100, seed: 2))
    }

    /// The reference model took a folder away from under a file that was being written: the server knew nothing of it.
    @Test(arguments: styles)
    func aFolderIsNotEmptyWhileANewFileInItIsOpen(style: InMemoryRemote.Style) async throws {
        let fixture = try await WriteBackFixture(style)
        for folder in ["d", "e"] { try await fixture.folder(folder) }
        let folder = try await fixture.base.inode("d")
        let (_, opened) = try await fixture.volume.create(FileName("f"), in: folder, permissions: 0o644, flags: .write)
        try await fixture.base.write(opened.handle, pattern(100), at: 0)
        let removal = await #expect(throws: StorageError.self) {
            try await fixture.volume.removeDirectory(FileName("d"), in: .root)
        }
        #expect(removal?.code == .notEmpty)
        let rename = await #expect(throws: StorageError.self) { try await fixture.rename("e", to: "d") }
        #expect(rename?.code == .notEmpty)
        try await fixture.base.close(opened.handle)
        await fixture.settle()
        #expect(try await fixture.stored() == ["d", "e"])
        #expect(try await fixture.base.stored("d/f") == pattern(100))
    }

    @Test(arguments: styles)
    func whatIsPendingFollowsItsFolder(style: InMemoryRemote.Style) async throws {
        let fixture = try await WriteBackFixture(style)
        try await fixture.folder("d")
        fixture.pending.withState { $0.isPaused = true }
        for name in ["1", "2", "3"] { try await fixture.put("d/\(name)", pattern(100)) }
        try await fixture.rename("d", to: "e")
        #expect(try await fixture.names("e") == ["1", "2", "3"])
        fixture.pending.hurry()
        await fixture.settle()
        #expect(try await fixture.stored("e") == ["1", "2", "3"])
        #expect(try await fixture.stored() == ["e"])
    }

    @Test(arguments: styles)
    func aFolderIsRenamedWhileItsFilesAreUploaded(style: InMemoryRemote.Style) async throws {
        let fixture = try await WriteBackFixture(style, isOpen: false)
        try await fixture.folder("d")
        for index in 0..<40 { try await fixture.put("d/\(index)", pattern(100)) }
        try await fixture.gate.waitForUpload()
        async let renamed: Void = fixture.rename("d", to: "e")
        fixture.gate.open()
        try await renamed
        await fixture.settle()
        #expect(try await fixture.stored() == ["e"])
        #expect(try await fixture.stored("e").count == 40)
    }

    @Test(arguments: styles)
    func aFolderWithPendingFilesIsNotEmpty(style: InMemoryRemote.Style) async throws {
        let fixture = try await WriteBackFixture(style)
        try await fixture.folder("d")
        fixture.pending.withState { $0.isPaused = true }
        try await fixture.put("d/f", pattern(100))
        let error = await #expect(throws: StorageError.self) {
            try await fixture.volume.removeDirectory(FileName("d"), in: .root)
        }
        #expect(error?.code == .notEmpty)
        try await fixture.unlink("d/f")
        try await fixture.volume.removeDirectory(FileName("d"), in: .root)
        #expect(try await fixture.stored() == [])
    }

    @Test(arguments: styles)
    func aPendingNameIsTaken(style: InMemoryRemote.Style) async throws {
        let fixture = try await WriteBackFixture(style)
        fixture.pending.withState { $0.isPaused = true }
        try await fixture.put("f", pattern(100))
        for attempt in 0..<3 {
            let error = await #expect(throws: StorageError.self) {
                switch attempt {
                case 0: _ = try await fixture.volume.createDirectory(FileName("f"), in: .root, permissions: 0o755)
                case 1: try await fixture.put("f", [], flags: [.write, .exclusive])
                default:
                    try await fixture.put("g", pattern(1))
                    try await fixture.rename("g", to: "f", mode: .keepExisting)
                }
            }
            #expect(error?.code == .alreadyExists)
        }
    }

    /// cp(1) and tar(1) make every file so.
    @Test(arguments: styles)
    func anExclusiveCreateOfAKnownAbsenceNeedsNoServer(style: InMemoryRemote.Style) async throws {
        let fixture = try await WriteBackFixture(style)
        fixture.pending.withState { $0.isPaused = true }
        try await fixture.folder("d")
        let folder = try await fixture.base.inode("d")
        fixture.base.calls.reset()
        let (_, opened) = try await fixture.volume.create(
            FileName("f"), in: folder, permissions: 0o644, flags: [.write, .exclusive])
        try await fixture.base.close(opened.handle)
        #expect(fixture.base.calls.total == 0)
    }

    @Test func aFileIsRemovedWhileItIsOpen() async throws {
        for style in styles {
            let fixture = try await WriteBackFixture(style)
            fixture.pending.withState { $0.isPaused = true }
            try await fixture.put("f", pattern(1000))
            let opened = try await fixture.volume.open(try await fixture.base.inode("f"), flags: [.read, .write])
            try await fixture.unlink("f")
            #expect(try await fixture.names() == [])
            try await fixture.base.write(opened.handle, [9], at: 1000)
            #expect(try await fixture.base.read(opened.handle) == pattern(1000) + [9])
            try await fixture.base.close(opened.handle)
            fixture.pending.hurry()
            await fixture.settle()
            #expect(try await fixture.stored() == [])
            #expect(try await fixture.names() == [])
        }
    }

    /// A listing that began before an upload ended does not know the file, and yet it is there.
    @Test(arguments: styles)
    func aListingThatBeganBeforeAnUploadEndedHasTheFile(style: InMemoryRemote.Style) async throws {
        let fixture = try await WriteBackFixture(style, isOpen: false)
        try await fixture.put("f", pattern(1000))
        let overlay = ListingOverlay(.root, fixture.pending)
        let early = try await fixture.base.remote.entries(of: .root)
        fixture.gate.open()
        await fixture.settle()
        let shown = overlay.shown(early) + overlay.rest()
        #expect(shown.map(\.name.string) == ["f"])
    }
}
