import FileModel
import NIOCore
import RemoteFileSystem

import Testing

@testable import VirtualFileSystem

@Suite(.timeLimit(.minutes(1)))
struct VolumeFaultTests {
    @Test(arguments: styles)
    func closeTellsWhatTheServerSaid(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        let (_, handle) = try await fixture.create("f")
        try await fixture.write(handle, pattern(10), at: 0)
        fixture.calls.fail(.close, .noSpace)
        let error = await #expect(throws: StorageError.self) { try await fixture.volume.flush(handle) }
        #expect(error?.code == .noSpace)
        await fixture.volume.release(handle)
    }

    @Test(arguments: styles)
    func aFailedWriteIsToldByWriteAndByClose(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        let (_, handle) = try await fixture.create("f")
        fixture.calls.fail(.write, .noSpace)
        var told = false
        for index in 0..<1000 where !told {
            do {
                try await fixture.write(handle, pattern(300_000), at: Int64(index) * 300_000)
            } catch {
                told = (error as? StorageError)?.code == .noSpace
            }
        }
        #expect(told, "the next write hears of it")
        let error = await #expect(throws: StorageError.self) { try await fixture.volume.flush(handle) }
        #expect(error?.code == .noSpace)
        fixture.calls.inject(nil)
        await fixture.volume.release(handle)
    }

    /// A child that execs closes its copy of the handle first; the writer hears of the failure all the same.
    @Test(arguments: styles)
    func everyoneWhoClosesAHandleHearsOfTheFailure(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        let (_, handle) = try await fixture.create("f")
        try await fixture.write(handle, pattern(10), at: 0)
        fixture.calls.fail(.close, .noSpace)
        for owner: UInt64 in [7, 8] {
            let error = await #expect(throws: StorageError.self) {
                try await fixture.volume.flush(handle, owner: owner)
            }
            #expect(error?.code == .noSpace)
            try await fixture.volume.flush(handle, owner: owner)
        }
        let error = await #expect(throws: StorageError.self) { try await fixture.volume.synchronize(handle) }
        #expect(error?.code == .noSpace)
        fixture.calls.inject(nil)
        await fixture.volume.release(handle)
    }

    @Test func fsyncTellsWhatTheServerSaid() async throws {
        let fixture = try await VolumeFixture()
        let (_, handle) = try await fixture.create("f")
        try await fixture.write(handle, pattern(10), at: 0)
        fixture.calls.fail(.write, .permissionDenied)
        let error = await #expect(throws: StorageError.self) { try await fixture.volume.synchronize(handle) }
        #expect(error?.code == .permissionDenied)
        fixture.calls.inject(nil)
        await fixture.volume.release(handle)
    }

    @Test func anUploadThatFailsLeavesTheOldContent() async throws {
        let fixture = try await VolumeFixture(.stream)
        let old = pattern(1000)
        try await fixture.seed("f", old)
        let handle = try await fixture.volume.open(try await fixture.inode("f"), flags: [.read, .write]).handle
        try await fixture.write(handle, [0, 0], at: 500)
        fixture.calls.fail(.close, .connectionLost)
        await #expect(throws: StorageError.self) { try await fixture.volume.flush(handle) }
        fixture.calls.inject(nil)
        await fixture.volume.release(handle)
        #expect(try await fixture.stored("f") == old)
        #expect(try await fixture.remote.entries(of: .root).map(\.name.string) == ["f"], "no temporary file stays")
    }

    @Test(arguments: styles)
    func aReadGoesOnAfterItsConnectionWasLost(style: InMemoryRemote.Style) async throws {
        let fixture = try await VolumeFixture(style)
        let content = pattern(600_000)
        try await fixture.seed("f", content)
        let handle = try await fixture.volume.open(try await fixture.inode("f"), flags: .read).handle
        let isFirst = Shared(true)
        fixture.calls.inject { operation, _ async throws(StorageError) in
            guard operation == .read, isFirst.takeOnce() else { return }
            throw StorageError(.connectionLost, "cut")
        }
        #expect(try await fixture.read(handle) == content)
        try await fixture.close(handle)
    }

    @Test func aFileThatChangedWhileItsConnectionWasLostIsStale() async throws {
        let fixture = try await VolumeFixture()
        try await fixture.seed("f", pattern(4_000_000))
        let handle = try await fixture.volume.open(try await fixture.inode("f"), flags: .read).handle
        _ = try await fixture.read(handle, at: 0, count: 100)
        try await fixture.seed("f", pattern(3_000_000, seed: 9))
        let isFirst = Shared(true)
        fixture.calls.inject { operation, _ async throws(StorageError) in
            guard operation == .read, isFirst.takeOnce() else { return }
            throw StorageError(.connectionLost, "cut")
        }
        let error = await #expect(throws: StorageError.self) {
            try await fixture.volume.read(handle, at: 2_900_000, count: 100)
        }
        #expect(error?.code == .staleHandle)
    }

    /// On a stream the second half of a file must not come from another file than the first.
    @Test(arguments: [(4_000_000, true), (2_500_000, false)])
    func aStreamGoesOnOnlyInAFileThatGrew(size: Int, isReadable: Bool) async throws {
        let fixture = try await VolumeFixture(.stream) { $0.readAhead = ByteCount(0) }
        try await fixture.seed("log", pattern(3_000_000))
        let handle = try await fixture.volume.open(try await fixture.inode("log"), flags: .read).handle
        #expect(try await fixture.read(handle, at: 0, count: 1000) == Array(pattern(1000)))
        try await fixture.seed("log", pattern(size))
        let isFirst = Shared(true)
        fixture.calls.inject { operation, _ async throws(StorageError) in
            if operation == .read, isFirst.takeOnce() { throw StorageError(.staleHandle, "changed") }
        }
        if isReadable {
            let bytes = try await fixture.read(handle, at: 2_000_000, count: 1000)
            #expect(bytes == Array(pattern(size)[2_000_000..<2_001_000]))
        } else {
            let error = await #expect(throws: StorageError.self) {
                try await fixture.volume.read(handle, at: 2_000_000, count: 1000)
            }
            #expect(error?.code == .staleHandle)
        }
        try await fixture.close(handle)
    }

    @Test func anInterruptedCallerLeavesAndTheUploadGoesOn() async throws {
        let fixture = try await VolumeFixture()
        let (_, handle) = try await fixture.create("f")
        try await fixture.write(handle, pattern(10), at: 0)
        let isClosing = Promise<Void>()
        let release = Promise<Void>()
        fixture.calls.inject { operation, _ async throws(StorageError) in
            guard operation == .close else { return }
            isClosing.fulfil(.success(()))
            try await release.value()
        }
        let volume = fixture.volume
        let flush = Task { try await volume.flush(handle) }
        try await isClosing.value()
        flush.cancel()
        await #expect(throws: StorageError.cancelled) { try await flush.value }
        release.fulfil(.success(()))
        await fixture.volume.release(handle)
        #expect(try await fixture.stored("f") == pattern(10))
    }

    @Test func drainUploadsWhatIsOpenAndTellsWhatCannotBe() async throws {
        let fixture = try await VolumeFixture(.stream)
        try await fixture.seed("bad", pattern(100))
        let (_, good) = try await fixture.create("good")
        try await fixture.write(good, [1], at: 0)
        let bad = try await fixture.volume.open(try await fixture.inode("bad"), flags: [.read, .write]).handle
        try await fixture.write(bad, [1], at: 50)
        fixture.calls.inject { operation, path async throws(StorageError) in
            if operation == .close, path.string.contains(".part") { throw StorageError(.noSpace, "full") }
        }
        let unsettled = await fixture.volume.drain()
        #expect(unsettled.map(\.path) == ["/bad"])
        #expect(try await fixture.stored("good") == [1])
        let error = await #expect(throws: StorageError.self) { try await fixture.create("late") }
        #expect(error?.code == .cancelled)
    }

    @Test func aReadOnlyVolumeRefusesChanges() async throws {
        let fixture = try await VolumeFixture { $0.isReadOnly = true }
        try await fixture.seed("f", [1])
        let inode = try await fixture.inode("f")
        let error = await #expect(throws: StorageError.self) { try await fixture.volume.open(inode, flags: .write) }
        #expect(error?.code == .readOnly)
        let handle = try await fixture.volume.open(inode, flags: .read).handle
        #expect(try await fixture.read(handle) == [1])
    }
}
