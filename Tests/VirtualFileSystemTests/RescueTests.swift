import FileModel
import Glibc
import NIOCore
import RemoteFileSystem
import Testing

@testable import VirtualFileSystem

/// What could not be uploaded is kept, and uploaded later without harm.
@Suite(.timeLimit(.minutes(1)))
struct RescueTests {
    private func fixture(_ style: InMemoryRemote.Style, _ folder: Folder) async throws -> VolumeFixture {
        try await VolumeFixture(style) { settings in
            settings.attributeTimeout = .zero
            settings.rescue = RescueSettings(folder: folder.path, definition: "prod", remoteFolder: "/srv")
        }
    }

    private func upload(_ folder: Folder, _ fixture: VolumeFixture, force: Bool = false) async throws {
        let entry = try #require(try folder.store.entries().first)
        try await RescueUpload(folder.store, to: fixture.remote, timeout: .seconds(10)).run(entry, force: force)
    }

    private func content(_ entry: RescueEntry) throws -> [UInt8] {
        Array(try Spool(existing: entry.dataFile).read(at: 0, count: Int(entry.size)).readableBytesView)
    }

    @Test(arguments: styles)
    func whatCloseRefusedIsKeptAndUploadedLater(style: InMemoryRemote.Style) async throws {
        let folder = try Folder()
        let fixture = try await fixture(style, folder)
        let (_, handle) = try await fixture.create("f")
        let bytes = pattern(700_000)
        try await fixture.write(handle, bytes, at: 0)
        fixture.calls.fail(.close, .connectionLost)
        let error = await #expect(throws: StorageError.self) { try await fixture.volume.flush(handle) }
        #expect(error?.code == .connectionLost)
        await fixture.volume.release(handle)
        fixture.calls.inject(nil)

        let entries = try folder.store.entries()
        let entry = try #require(entries.first)
        #expect(entries.count == 1)
        #expect(error?.message.contains(entry.id) == true, "the error names the way out")
        #expect(try content(entry) == bytes)
        let record = try #require(entry.record)
        #expect(record.path == "f")
        #expect(record.remote == "memory://test")
        #expect((record.definition, record.folder) == ("prod", "/srv"))
        #expect(record.size == 700_000)
        #expect(record.parts == nil)
        #expect(!record.isCutShort)
        #expect(abs(record.modified - Timestamp.now().seconds) < 60)

        try await upload(folder, fixture)
        #expect(try await fixture.stored("f") == bytes)
        #expect(try await fixture.remote.attributes(of: RemotePath("f")).modified?.time.seconds == record.modified)
        #expect(try await fixture.remote.entries(of: .root).map(\.name.string) == ["f"], "no temporary file stays")
        #expect(try folder.store.entries().isEmpty)
    }

    @Test(arguments: styles)
    func nothingIsKeptOfWhatSucceeds(style: InMemoryRemote.Style) async throws {
        let folder = try Folder()
        let fixture = try await fixture(style, folder)
        let (_, handle) = try await fixture.create("f")
        try await fixture.write(handle, pattern(300_000), at: 0)
        try await fixture.write(handle, pattern(10), at: 77)
        try await fixture.close(handle)
        #expect(try folder.store.entries().isEmpty)
        #expect(folder.store.usage() < 10_000)
    }

    /// A spool that could not be uploaded is whole, and so is the rescue.
    @Test func aRewriteInTheMiddleOnAStreamServerIsKeptWhole() async throws {
        let folder = try Folder()
        let fixture = try await fixture(.stream, folder)
        var expected = pattern(1000)
        try await fixture.seed("f", expected)
        let handle = try await fixture.volume.open(try await fixture.inode("f"), flags: [.read, .write]).handle
        try await fixture.write(handle, [9, 9, 9], at: 500)
        expected.replaceSubrange(500..<503, with: [9, 9, 9])
        fixture.calls.fail(.close, .noSpace)
        await #expect(throws: StorageError.self) { try await fixture.close(handle) }
        fixture.calls.inject(nil)
        let entry = try #require(try folder.store.entries().first)
        #expect(try content(entry) == expected)
        await fixture.volume.release(handle)
        try await upload(folder, fixture)
        #expect(try await fixture.stored("f") == expected)
    }

    /// Of a file that is changed in place only what was written is known here.
    @Test func partsOfAFileAreLaidOverIt() async throws {
        let folder = try Folder()
        let fixture = try await fixture(.randomAccess, folder)
        var expected = pattern(100_000)
        try await fixture.seed("f", expected)
        let handle = try await fixture.volume.open(try await fixture.inode("f"), flags: [.read, .write]).handle
        fixture.calls.fail(.write, .connectionLost)
        try await fixture.write(handle, [1, 2, 3], at: 50_000)
        try await fixture.write(handle, [4, 5], at: 120_000)
        await #expect(throws: StorageError.self) { try await fixture.volume.flush(handle) }
        fixture.calls.inject(nil)
        await fixture.volume.release(handle)

        let record = try #require(try folder.store.entries().first?.record)
        let parts = try #require(record.parts)
        #expect(parts.map(\.offset).first == 50_000)
        expected.replaceSubrange(50_000..<50_003, with: [1, 2, 3])
        if record.size == 120_002 {
            expected += [UInt8](repeating: 0, count: 20_000) + [4, 5]
        }
        try await upload(folder, fixture)
        #expect(try await fixture.stored("f") == expected)
        #expect(try folder.store.entries().isEmpty)
    }

    @Test(arguments: styles)
    func aFileThatSomebodyChangedIsNotOverwritten(style: InMemoryRemote.Style) async throws {
        let folder = try Folder()
        let fixture = try await fixture(style, folder)
        let (_, handle) = try await fixture.create("f")
        try await fixture.write(handle, pattern(1000), at: 0)
        fixture.calls.fail(.close, .connectionLost)
        await #expect(throws: StorageError.self) { try await fixture.volume.flush(handle) }
        fixture.calls.inject(nil)
        await fixture.volume.release(handle)
        try await fixture.seed("f", Array("theirs".utf8))
        let error = await #expect(throws: StorageError.self) { try await upload(folder, fixture) }
        #expect(error?.code == .alreadyExists)
        #expect(error?.message.contains("--force") == true)
        #expect(try await fixture.stored("f") == Array("theirs".utf8))
        #expect(try folder.store.entries().count == 1, "it stays")
        try await upload(folder, fixture, force: true)
        #expect(try await fixture.stored("f") == pattern(1000))
    }

    /// The beginning of our own content is what a broken upload leaves; it may be replaced.
    @Test(arguments: styles)
    func theHalfOfABrokenUploadIsOurs(style: InMemoryRemote.Style) async throws {
        let folder = try Folder()
        let fixture = try await fixture(style, folder)
        let (_, handle) = try await fixture.create("f")
        try await fixture.write(handle, pattern(900_000), at: 0)
        fixture.calls.fail(.close, .connectionLost)
        await #expect(throws: StorageError.self) { try await fixture.volume.flush(handle) }
        fixture.calls.inject(nil)
        await fixture.volume.release(handle)
        try await fixture.seed("f", Array(pattern(900_000).prefix(300_001)))
        try await upload(folder, fixture)
        #expect(try await fixture.stored("f") == pattern(900_000))
    }

    @Test(arguments: styles)
    func whatWasCutShortIsUploadedOnlyByForce(style: InMemoryRemote.Style) async throws {
        let folder = try Folder()
        let fixture = try await fixture(style, folder)
        let (_, handle) = try await fixture.create("f")
        fixture.calls.fail(.write, .connectionLost)
        var wasTold = false
        for index in 0..<1000 where !wasTold {
            do {
                try await fixture.write(handle, pattern(300_000), at: Int64(index) * 300_000)
            } catch {
                wasTold = true
            }
        }
        #expect(wasTold)
        await #expect(throws: StorageError.self) { try await fixture.volume.flush(handle) }
        fixture.calls.inject(nil)
        await fixture.volume.release(handle)
        #expect(try #require(try folder.store.entries().first?.record).isCutShort)
        let error = await #expect(throws: StorageError.self) { try await upload(folder, fixture) }
        #expect(error?.message.contains("incomplete") == true)
        try await upload(folder, fixture, force: true)
    }

    /// The machine stopped after the content had its name and before the record was there.
    @Test func contentWithoutARecordIsShownAndCanBeExported() async throws {
        let folder = try Folder()
        let fixture = try await fixture(.stream, folder)
        let (_, handle) = try await fixture.create("f")
        try await fixture.write(handle, pattern(1000), at: 0)
        fixture.calls.fail(.close, .connectionLost)
        await #expect(throws: StorageError.self) { try await fixture.volume.flush(handle) }
        fixture.calls.inject(nil)
        await fixture.volume.release(handle)
        let whole = try #require(try folder.store.entries().first)
        unlink("\(folder.path)/\(whole.id).json")
        let bare = try #require(try folder.store.entries().first)
        #expect(bare.record == nil)
        let error = await #expect(throws: StorageError.self) { try await upload(folder, fixture, force: true) }
        #expect(error?.message.contains("export") == true)
        let target = try Folder()
        let exported = try folder.store.export(bare, to: target.path)
        #expect(exported == "\(target.path)/\(whole.id)")
        #expect(Array(try Spool(existing: exported).read(at: 0, count: 1000).readableBytesView) == pattern(1000))
    }

    @Test func exportKeepsNameAndTimeAndReplacesNothing() async throws {
        let folder = try Folder()
        let fixture = try await fixture(.stream, folder)
        let (_, handle) = try await fixture.create("f")
        try await fixture.write(handle, pattern(1000), at: 0)
        fixture.calls.fail(.close, .noSpace)
        await #expect(throws: StorageError.self) { try await fixture.volume.flush(handle) }
        await fixture.volume.release(handle)
        let entry = try #require(try folder.store.entries().first)
        let target = try Folder()
        #expect(try folder.store.export(entry, to: target.path) == "\(target.path)/f")
        #expect(try folder.store.export(entry, to: target.path) == "\(target.path)/f.\(entry.id)")
        #expect(throws: StorageError.self) { try folder.store.export(entry, to: target.path) }
        var status = stat()
        #expect(stat("\(target.path)/f", &status) == 0)
        #expect(Int64(status.st_mtim.tv_sec) == entry.record?.modified)
        try folder.store.drop(entry)
        #expect(try folder.store.entries().isEmpty)
        #expect(throws: StorageError.self) { try folder.store.entry(named: entry.id) }
    }

    /// Beyond the limit a write still reaches the server; only the copy for a rescue is given up.
    @Test(arguments: styles)
    func aFileLargerThanTheSpoolLimitIsWrittenWithoutACopy(style: InMemoryRemote.Style) async throws {
        let folder = try Folder()
        let fixture = try await VolumeFixture(style) { settings in
            settings.spoolLimit = ByteCount(100_000)
            settings.rescue = RescueSettings(folder: folder.path, definition: "", remoteFolder: "/")
        }
        let (_, handle) = try await fixture.create("f")
        try await fixture.write(handle, pattern(150_000), at: 0)
        try await fixture.close(handle)
        #expect(try await fixture.stored("f") == pattern(150_000))
        let (_, other) = try await fixture.create("g")
        try await fixture.write(other, pattern(150_000), at: 0)
        fixture.calls.fail(.close, .connectionLost)
        await #expect(throws: StorageError.self) { try await fixture.close(other) }
        #expect(try folder.store.entries().isEmpty)
        fixture.calls.inject(nil)
        await fixture.volume.release(other)
    }
}
