import ConformanceTests
import FileModel
import Foundation
import RemoteFileSystem
import SyncEngine
import Testing

/// The local side keeps the same contract as every remote.
@Suite(.timeLimit(.minutes(2)))
final class LocalFileSystemTests {
    private let root = NSTemporaryDirectory() + "local-\(UUID().uuidString)"

    deinit { try? FileManager.default.removeItem(atPath: root) }

    @Test(arguments: ConformanceCheck.all)
    func conforms(_ check: ConformanceCheck) async throws {
        try await check.run(on: try LocalFileSystem(root, create: true))
    }

    @Test func aMissingRootIsSaid() {
        #expect(throws: StorageError.self) { try LocalFileSystem(root + "/nowhere") }
    }

    @Test func linksNeverLeadOutOfTheRoot() async throws {
        let files = try LocalFileSystem(root + "/inside", create: true)
        let manager = FileManager.default
        try manager.createDirectory(atPath: root + "/outside", withIntermediateDirectories: true)
        #expect(manager.createFile(atPath: root + "/outside/secret", contents: Data("s".utf8)))
        try manager.createSymbolicLink(atPath: root + "/inside/door", withDestinationPath: "../outside")
        for path in ["door/secret", "door/new"] {
            await #expect(throws: StorageError.self) { try await files.openReader(RemotePath(path)) }
            await #expect(throws: StorageError.self) {
                try await files.openWriter(RemotePath(path), .truncate, permissions: nil, expectedSize: nil)
            }
            await #expect(throws: StorageError.self) { try await files.removeFile(RemotePath(path)) }
        }
        await #expect(throws: StorageError.self) { try await files.entries(of: RemotePath("door")) }
        #expect(try manager.contentsOfDirectory(atPath: root + "/outside") == ["secret"])
    }

    @Test func followedLinksStayInsideToo() async throws {
        let manager = FileManager.default
        try manager.createDirectory(atPath: root + "/inside/real", withIntermediateDirectories: true)
        try manager.createDirectory(atPath: root + "/outside", withIntermediateDirectories: true)
        #expect(manager.createFile(atPath: root + "/inside/real/file", contents: Data("f".utf8)))
        try manager.createSymbolicLink(atPath: root + "/inside/out", withDestinationPath: "../outside")
        try manager.createSymbolicLink(atPath: root + "/inside/in", withDestinationPath: "real")
        try manager.createSymbolicLink(atPath: root + "/inside/real/up", withDestinationPath: "..")
        try manager.createSymbolicLink(atPath: root + "/inside/broken", withDestinationPath: "nowhere")
        let files = try LocalFileSystem(root + "/inside", followsLinks: true)
        let types = Dictionary(
            uniqueKeysWithValues: try await files.entries(of: .root).map { ($0.name.string, $0.attributes.type) })
        #expect(types == ["real": .directory, "in": .directory, "out": .symbolicLink, "broken": .symbolicLink])
        let inside = try await files.entries(of: RemotePath("in"))
        #expect(Set(inside.map(\.name.string)) == ["file", "up"])
        #expect(inside.first { $0.name.string == "up" }?.attributes.type == .symbolicLink)
        await #expect(throws: StorageError.self) { try await files.entries(of: RemotePath("out")) }
    }

    @Test func aPipeDoesNotBlock() async throws {
        let files = try LocalFileSystem(root, create: true)
        #expect(mkfifo(root + "/pipe", 0o600) == 0)
        #expect(try await files.attributes(of: RemotePath("pipe")).type == .special)
        await #expect(throws: StorageError.self) { try await files.openReader(RemotePath("pipe")) }
    }

    @Test func timesBeyondAllReasonAreBounded() async throws {
        let files = try LocalFileSystem(root, create: true)
        #expect(FileManager.default.createFile(atPath: root + "/far", contents: nil))
        let far = timespec(tv_sec: Int.max, tv_nsec: 0)
        _ = utimensat(AT_FDCWD, root + "/far", [far, far], 0)
        let modified = try #require(try await files.attributes(of: RemotePath("far")).modified)
        #expect(modified.time.seconds <= 1 << 40)
    }
}
