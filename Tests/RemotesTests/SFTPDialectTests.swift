import FileModel
import Glibc
import NIOCore
import RemoteFileSystem
import TestServers
import Testing

@testable import Remotes

/// Promises that servers without extensions cannot keep by themselves.
@Suite(.serialized, .timeLimit(.minutes(1))) struct SFTPDialectTests {
    @Test(arguments: [
        ("/a/target", "/a/link", "target"), ("/a/b/c", "/a/link", "b/c"), ("/b", "/a/link", "../b"),
        ("/a/../x", "/a/link", "../x"), ("kept", "/a/link", "kept"), ("/b", "link", "/b"), ("/x", "/link", "x"),
    ])
    func linkTargetsAreMadeRelative(_ target: String, _ link: String, _ expected: String) {
        let result = SFTPRemote.relative(Array(target.utf8), from: Array(link.utf8))
        #expect(String(decoding: result, as: UTF8.self) == expected)
    }

    private func write(_ text: String, _ name: String, _ remote: any RemoteFileSystem) async throws {
        let writer = try await remote.openWriter(RemotePath(name), .truncate, permissions: nil, expectedSize: nil)
        try await writer.write(ByteBuffer(string: text), at: 0)
        try await writer.close()
    }

    /// Nothing of the old file is left behind, and nothing of it was lost on the way.
    @Test func replacingWithoutPosixRenameLeavesOneFile() async throws {
        let served = try await ServedRemote.spartan()
        let (remote, server) = (served.remote, try #require(served.server))
        #expect(try await !remote.capabilities().atomicReplace)
        try await write("old", "target", remote)
        try await write("new", "source", remote)
        try await remote.rename(RemotePath("source"), to: RemotePath("target"), mode: .replace)
        #expect(names(server) == ["target"])
        try await write("third", "source", remote)
        let error = await #expect(throws: StorageError.self) {
            try await remote.rename(RemotePath("source"), to: RemotePath("target"), mode: .keepExisting)
        }
        #expect(error?.code == .alreadyExists)
        #expect(names(server) == ["source", "target"])
        await remote.shutdown()
    }

    /// paramiko's own code for setting a size loses the content: it must never be used.
    @Test func aServerThatLosesContentIsNotAskedToResize() async throws {
        let served = try await ServedRemote.paramiko()
        let remote = served.remote
        #expect(try await !remote.capabilities().truncation)
        try await write("0123456789", "file", remote)
        for change in [AttributeChanges(size: 4), AttributeChanges(size: 20)] {
            let error = await #expect(throws: StorageError.self) {
                try await remote.setAttributes(RemotePath("file"), change)
            }
            #expect(error?.code == .unsupported)
        }
        let resumed = await #expect(throws: StorageError.self) {
            _ = try await remote.openWriter(
                RemotePath("file"), .resume(at: 5), permissions: nil, expectedSize: nil)
        }
        #expect(resumed?.code == .unsupported)
        let reader = try await remote.openReader(RemotePath("file"))
        #expect(try await String(buffer: reader.read(at: 0, count: 100)) == "0123456789")
        await reader.close()
        await remote.shutdown()
    }

    private func names(_ server: TestServer) -> [String] {
        var found: [String] = []
        guard let stream = opendir(server.root) else { return [] }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { found.append(name) }
        }
        return found.sorted()
    }
}
