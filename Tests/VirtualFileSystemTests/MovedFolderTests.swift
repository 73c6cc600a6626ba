import FileModel
import RemoteFileSystem
import Testing

@testable import VirtualFileSystem

/// Folders that are renamed here while the server lists them, by a server that looks each name up under the path it was
/// asked for.
struct MovedFolderTests {
    private let names = (0..<2500).map { "f\($0)" }

    private func fixture() async throws -> VolumeFixture {
        let fixture = try await VolumeFixture()
        for folder in ["a", "a/b"] { try await fixture.remote.createDirectory(RemotePath(folder), permissions: nil) }
        for name in names { try await fixture.seed("a/b/\(name)", []) }
        return fixture
    }

    @Test func aFolderRenamedInTheMiddleOfAListingIsShownWhole() async throws {
        let fixture = try await fixture()
        let folder = try await fixture.inode("a/b")
        let isFirst = Shared(true)
        fixture.calls.inject { operation, _ async throws(StorageError) in
            guard operation == .listNext, isFirst.takeOnce() else { return }
            try await fixture.volume.rename(FileName("a"), in: .root, to: FileName("z"), in: .root, mode: .replace)
        }
        #expect(try await fixture.names(folder).sorted() == names.sorted())
        #expect(fixture.calls[.list] == 2)
        #expect(try await fixture.names(folder).sorted() == names.sorted(), "the listing was kept")
        #expect(fixture.calls[.list] == 2)
    }

    /// The server has renamed it, its answer is still on the way, and a listing is asked for under the old path.
    @Test func aFolderListedWhileItsRenameIsUnderWayIsThere() async throws {
        let fixture = try await fixture()
        let folder = try await fixture.inode("a/b")
        let (isRenaming, mayEnd) = (Promise<Void>(), Promise<Void>())
        fixture.calls.inject { operation, _ async throws(StorageError) in
            switch operation {
            case .rename:
                isRenaming.fulfil(.success(()))
                try await mayEnd.value()
            case .list where mayEnd.outcome == nil:
                mayEnd.fulfil(.success(()))
                throw StorageError(.notFound, "a/b")
            default: return
            }
        }
        async let renamed: Void = fixture.volume.rename(
            FileName("a"), in: .root, to: FileName("z"), in: .root, mode: .replace)
        try await isRenaming.value()
        #expect(try await fixture.names(folder).sorted() == names.sorted())
        try await renamed
    }

    /// FTP: a file that was removed while it was open goes with its last handle, wherever its folder is by then.
    @Test func aHiddenFileIsRemovedFromAFolderThatIsRenamedMeanwhile() async throws {
        let fixture = try await VolumeFixture(.stream)
        try await fixture.remote.createDirectory(RemotePath("d"), permissions: nil)
        try await fixture.seed("d/f", pattern(100))
        let folder = try await fixture.inode("d")
        let file = try await fixture.inode("d/f")
        let handle = try await fixture.volume.open(file, flags: .read).handle
        try await fixture.volume.unlink(FileName("f"), in: folder)
        #expect(try await fixture.remote.entries(of: RemotePath("d")).count == 1, "it lives on under a hidden name")
        let isFirst = Shared(true)
        fixture.calls.inject { operation, _ async throws(StorageError) in
            guard operation == .removeFile, isFirst.takeOnce() else { return }
            try await fixture.volume.rename(FileName("d"), in: .root, to: FileName("e"), in: .root, mode: .replace)
        }
        try await fixture.close(handle)
        #expect(try await fixture.remote.entries(of: RemotePath("e")).isEmpty)
    }

    /// close(2) does not wait for the end of the file: a folder that is empty for its users may not be for the server yet.
    @Test(arguments: [false, true], [false, true])
    func aFolderIsEmptyOnceItsLastRemovedFileWasClosed(_ isReplaced: Bool, _ endsBeforeAnswer: Bool) async throws {
        let fixture = try await VolumeFixture(.stream)
        for folder in ["d", "e"] { try await fixture.remote.createDirectory(RemotePath(folder), permissions: nil) }
        try await fixture.seed("d/f", pattern(100))
        let folder = try await fixture.inode("d")
        _ = try await fixture.inode("e")
        let handle = try await fixture.volume.open(try await fixture.inode("d/f"), flags: .read).handle
        try await fixture.volume.unlink(FileName("f"), in: folder)
        let (isRemoving, mayEnd, hasEnded) = (Promise<Void>(), Promise<Void>(), Promise<Void>())
        fixture.calls.inject { operation, _ async throws(StorageError) in
            switch operation {
            case .removeFile:
                isRemoving.fulfil(.success(()))
                try await mayEnd.value()
            case .removeDirectory where mayEnd.outcome == nil, .rename where mayEnd.outcome == nil:
                mayEnd.fulfil(.success(()))
                if endsBeforeAnswer { try await hasEnded.value() }
                throw StorageError(.notEmpty, "d")
            default: return
            }
        }
        async let closed: Void = {
            await fixture.volume.release(handle)
            hasEnded.fulfil(.success(()))
        }()
        try await isRemoving.value()
        if isReplaced {
            try await fixture.volume.rename(FileName("e"), in: .root, to: FileName("d"), in: .root, mode: .replace)
        } else {
            try await fixture.volume.removeDirectory(FileName("d"), in: .root)
        }
        await closed
        let left = try await fixture.remote.entries(of: .root).map(\.name.description)
        #expect(left == [isReplaced ? "d" : "e"])
    }
}
