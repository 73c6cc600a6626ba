import FileModel
import NIOCore
import RemoteFileSystem
import Testing

@testable import VirtualFileSystem

@Suite(.timeLimit(.minutes(2)))
struct VolumeFileTests {
    @Test(arguments: styles)
    func whatIsWrittenIsOnTheServerAtClose(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        let content = pattern(1_000_000)
        let (inode, handle) = try await fixture.create("f")
        for start in stride(from: 0, to: content.count, by: 70_000) {
            try await fixture.write(
                handle, Array(content[start..<min(start + 70_000, content.count)]), at: Int64(start))
        }
        #expect(try await fixture.volume.attributes(of: inode).size == 1_000_000)
        try await fixture.volume.flush(handle)
        #expect(try await fixture.stored("f") == content)
        await fixture.volume.release(handle)
        #expect(try await fixture.volume.attributes(of: inode).size == 1_000_000)
    }

    @Test func aPlainWriteOnAStreamIsOneUploadWithoutSpool() async throws {
        let fixture = try await VolumeFixture(.stream) { $0.spoolLimit = ByteCount(0) }
        let (_, handle) = try await fixture.create("f")
        for index in 0..<100 { try await fixture.write(handle, pattern(5000), at: Int64(index) * 5000) }
        try await fixture.close(handle)
        #expect(fixture.calls[.openWriter] == 1)
        #expect(fixture.calls[.close] == 1)
        #expect(try await fixture.stored("f").count == 500_000)
    }

    @Test(arguments: styles)
    func readersSeeWhatWritersWrote(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        let (inode, writer) = try await fixture.create("f", flags: .write)
        let reader = try await fixture.volume.open(inode, flags: .read).handle
        try await fixture.write(writer, Array("hello ".utf8), at: 0)
        #expect(try await fixture.read(reader) == Array("hello ".utf8))
        try await fixture.write(writer, Array("world".utf8), at: 6)
        #expect(try await fixture.read(reader) == Array("hello world".utf8))
        try await fixture.write(writer, Array("J".utf8), at: 0)
        #expect(try await fixture.read(reader) == Array("Jello world".utf8))
        try await fixture.close(writer)
        #expect(try await fixture.read(reader) == Array("Jello world".utf8))
        try await fixture.close(reader)
        #expect(try await fixture.stored("f") == Array("Jello world".utf8))
    }

    @Test(arguments: styles)
    func writesInTheMiddleKeepTheRest(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        var content = pattern(700_000)
        try await fixture.seed("f", content)
        let handle = try await fixture.volume.open(try await fixture.inode("f"), flags: .write).handle
        for (offset, seed) in [(300_000, 2), (10, 3), (699_990, 4)] {
            let bytes = pattern(20, seed: UInt8(seed))
            content.replaceSubrange(offset..<min(offset + 20, content.count), with: bytes)
            try await fixture.write(handle, bytes, at: Int64(offset))
        }
        try await fixture.close(handle)
        #expect(try await fixture.stored("f") == content)
    }

    @Test(arguments: styles, [0, 5, 100, 250_000])
    func truncationKeepsThePrefix(style: InMemoryRemote.Style, size: Int) async throws {
        let fixture = try await VolumeFixture(style)
        let content = pattern(100)
        let expected = Array((content + [UInt8](repeating: 0, count: 250_000)).prefix(size))
        try await fixture.seed("byPath", content)
        try await fixture.seed("byHandle", content)
        var changes = NodeChanges()
        changes.size = Int64(size)
        let result = try await fixture.volume.setAttributes(of: try await fixture.inode("byPath"), changes)
        #expect(result.size == Int64(size))
        #expect(try await fixture.stored("byPath") == expected)
        let inode = try await fixture.inode("byHandle")
        let handle = try await fixture.volume.open(inode, flags: [.read, .write]).handle
        _ = try await fixture.volume.setAttributes(of: inode, changes, handle: handle)
        #expect(try await fixture.read(handle) == expected)
        try await fixture.close(handle)
        #expect(try await fixture.stored("byHandle") == expected)
    }

    @Test(arguments: styles)
    func appendsGoToTheEndFromSeveralHandles(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        try await fixture.seed("log", Array("0".utf8))
        let inode = try await fixture.inode("log")
        let one = try await fixture.volume.open(inode, flags: [.write, .append]).handle
        let two = try await fixture.volume.open(inode, flags: [.write, .append]).handle
        for digit in 1...6 {
            try await fixture.write(digit % 2 == 0 ? one : two, Array("\(digit)".utf8), at: 0)
        }
        try await fixture.close(one)
        try await fixture.close(two)
        #expect(try await fixture.stored("log") == Array("0123456".utf8))
    }

    @Test(arguments: styles)
    func openingWithTruncateEmptiesTheFile(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        try await fixture.seed("f", pattern(1000))
        let inode = try await fixture.inode("f")
        let handle = try await fixture.volume.open(inode, flags: [.write, .truncate]).handle
        #expect(try await fixture.volume.attributes(of: inode).size == 0)
        try await fixture.write(handle, [9], at: 0)
        try await fixture.close(handle)
        #expect(try await fixture.stored("f") == [9])
    }

    @Test(arguments: styles)
    func aFileGoesOnAfterADuplicateWasClosed(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        let (_, handle) = try await fixture.create("f", flags: .write)
        try await fixture.volume.flush(handle)
        try await fixture.write(handle, [1, 2], at: 0)
        try await fixture.volume.flush(handle)
        #expect(try await fixture.stored("f") == [1, 2])
        try await fixture.write(handle, [3], at: 2)
        try await fixture.close(handle)
        #expect(try await fixture.stored("f") == [1, 2, 3])
    }

    @Test(arguments: styles)
    func gapsReadAsZeros(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        for gap in [1000, 3_000_000] {
            let (_, handle) = try await fixture.create("g\(gap)")
            try await fixture.write(handle, [1], at: 0)
            try await fixture.write(handle, [2], at: Int64(gap))
            try await fixture.close(handle)
            let stored = try await fixture.stored("g\(gap)")
            #expect(stored.count == gap + 1)
            #expect(stored.first == 1 && stored.last == 2)
            #expect(stored.dropFirst().dropLast().allSatisfy { $0 == 0 })
        }
    }

    @Test(arguments: styles)
    func anUnlinkedFileWorksForItsHandles(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        let (inode, handle) = try await fixture.create("f")
        try await fixture.write(handle, Array("before".utf8), at: 0)
        try await fixture.volume.unlink(FileName("f"), in: .root)
        #expect(try await fixture.names().isEmpty)
        #expect(try await fixture.read(handle) == Array("before".utf8))
        try await fixture.write(handle, Array(" after".utf8), at: 6)
        #expect(try await fixture.read(handle) == Array("before after".utf8))
        #expect(try await fixture.volume.attributes(of: inode).linkCount == 0)
        try await fixture.close(handle)
        #expect(try await fixture.remote.entries(of: .root).isEmpty)
    }

    @Test(arguments: styles)
    func aNameCanBeUsedAgainWhileItsOldFileIsOpen(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        try await fixture.seed("f", Array("old".utf8))
        let old = try await fixture.volume.open(try await fixture.inode("f"), flags: .read).handle
        let (_, temporary) = try await fixture.create("t")
        try await fixture.write(temporary, Array("new".utf8), at: 0)
        try await fixture.close(temporary)
        try await fixture.volume.rename(FileName("t"), in: .root, to: FileName("f"), in: .root, mode: .replace)
        #expect(try await fixture.read(old) == Array("old".utf8))
        let new = try await fixture.volume.open(try await fixture.inode("f"), flags: .read).handle
        #expect(try await fixture.read(new) == Array("new".utf8))
        try await fixture.close(old)
        try await fixture.close(new)
        #expect(try await fixture.remote.entries(of: .root).map(\.name.string) == ["f"])
    }

    @Test(arguments: styles)
    func aRenamedFileGoesOnUnderItsNewName(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        let directory = try await fixture.volume.createDirectory(FileName("d"), in: .root, permissions: 0o755)
        let (entry, opened) = try await fixture.volume.create(
            FileName("f"), in: directory.attributes.inode, permissions: 0o644, flags: [.write, .read])
        try await fixture.write(opened.handle, [1], at: 0)
        try await fixture.volume.rename(FileName("d"), in: .root, to: FileName("e"), in: .root, mode: .replace)
        try await fixture.volume.rename(
            FileName("f"), in: directory.attributes.inode, to: FileName("g"), in: .root, mode: .keepExisting)
        try await fixture.write(opened.handle, [2], at: 1)
        try await fixture.close(opened.handle)
        #expect(try await fixture.stored("g") == [1, 2])
        #expect(fixture.volume.describe(entry.attributes.inode) == "/g")
    }

    @Test(arguments: styles)
    func timesSetOnAnOpenFileHoldAfterClose(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        let (inode, handle) = try await fixture.create("f")
        try await fixture.write(handle, pattern(10), at: 0)
        var changes = NodeChanges()
        changes.modified = Timestamp(seconds: 1_000_000_000)
        let set = try await fixture.volume.setAttributes(of: inode, changes, handle: handle)
        #expect(set.modified.seconds == 1_000_000_000)
        try await fixture.close(handle)
        #expect(try await fixture.remote.attributes(of: RemotePath("f")).modified?.time.seconds == 1_000_000_000)
        #expect(try await fixture.volume.attributes(of: inode).modified.seconds == 1_000_000_000)
    }

    /// The access time that came with the time stayed behind, and an FTP server can set none: close(2) said EOPNOTSUPP.
    @Test(arguments: styles)
    func aTimeIsForgottenWholeWhenTheFileGoesOnAfterIt(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        let (inode, handle) = try await fixture.create("f")
        try await fixture.write(handle, pattern(10), at: 0)
        var time = NodeChanges()
        time.modified = Timestamp(seconds: 1_000_000_000)
        time.accessed = .now()
        _ = try await fixture.volume.setAttributes(of: inode, time, handle: handle)
        try await fixture.write(handle, pattern(10), at: 10)
        #expect(try await fixture.read(handle) == pattern(10) + pattern(10))
        try await fixture.close(handle)
        let stored = try await fixture.remote.attributes(of: RemotePath("f"))
        #expect(stored.size == 20 && stored.modified?.time.seconds != 1_000_000_000)
    }

    @Test func whatAServerCannotSetIsRefusedUnlessItIsSoAlready() async throws {
        let fixture = try await VolumeFixture(.stream)
        try await fixture.seed("f", [1])
        let inode = try await fixture.inode("f")
        var same = NodeChanges()
        same.permissions = 0o644
        same.user = fixture.volume.settings.user
        same.accessed = .now()
        _ = try await fixture.volume.setAttributes(of: inode, same)
        var other = NodeChanges()
        other.permissions = 0o600
        let error = await #expect(throws: StorageError.self) {
            try await fixture.volume.setAttributes(of: inode, other)
        }
        #expect(error?.code == .unsupported)
    }

    @Test func theSpoolHasALimit() async throws {
        let fixture = try await VolumeFixture(.stream) { $0.spoolLimit = ByteCount(1000) }
        try await fixture.seed("f", pattern(900))
        let handle = try await fixture.volume.open(try await fixture.inode("f"), flags: .write).handle
        try await fixture.write(handle, [1], at: 10)
        let error = await #expect(throws: StorageError.self) {
            try await fixture.write(handle, pattern(200), at: 900)
        }
        #expect(error?.code == .noSpace)
        try await fixture.close(handle)
        #expect(try await fixture.stored("f").count == 900)
        let again = try await fixture.volume.open(try await fixture.inode("f"), flags: .write).handle
        try await fixture.write(again, [1], at: 20)
        try await fixture.close(again)
    }

    @Test func aServerWithoutAFreeSessionIsWrittenThroughTheSpool() async throws {
        let fixture = try await VolumeFixture(.stream)
        fixture.calls.fail(.openWriter, .busy)
        let (inode, handle) = try await fixture.create("f")
        try await fixture.write(handle, [1, 2, 3], at: 0)
        #expect(try await fixture.read(handle) == [1, 2, 3])
        #expect(try await fixture.names() == ["f"], "our own file is visible before the server has it")
        fixture.clock.advance(by: .seconds(10))
        #expect(try await fixture.volume.attributes(of: inode).size == 3)
        #expect(try await fixture.names() == ["f"])
        fixture.calls.inject(nil)
        try await fixture.close(handle)
        #expect(try await fixture.stored("f") == [1, 2, 3])
    }

    @Test func exclusiveCreateRefusesAnExistingFile() async throws {
        for style in styles {
            let fixture = try await VolumeFixture(style)
            try await fixture.seed("f", [1])
            let error = await #expect(throws: StorageError.self) {
                try await fixture.create("f", flags: [.write, .exclusive])
            }
            #expect(error?.code == .alreadyExists)
            let (_, handle) = try await fixture.create("f", flags: [.write, .read])
            #expect(try await fixture.read(handle) == [1], "without O_EXCL it is opened")
            try await fixture.close(handle)
        }
    }
}

@Suite(.timeLimit(.minutes(1)))
struct ReadAfterExtensionTests {
    /// The block that a short file ends in was read before the file grew far beyond it.
    @Test(arguments: styles)
    func theGapOfAnExtendedFileReadsAsZeros(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        try await fixture.seed("f", pattern(105))
        let inode = try await fixture.inode("f")
        let handle = try await fixture.volume.open(inode, flags: [.read, .write]).handle
        let other = try await fixture.volume.open(inode, flags: [.read, .write]).handle
        #expect(try await fixture.read(handle).count == 105)
        try await fixture.write(other, [1, 2, 3, 4], at: 298_082)
        try await fixture.close(other)
        #expect(try await fixture.read(handle, at: 30_000, count: 40_000) == [UInt8](repeating: 0, count: 40_000))
        try await fixture.close(handle)
    }
}
