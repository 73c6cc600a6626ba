import FTP
import FileModel
import Foundation
import NIOCore
import Remotes
import TestServers
import Testing

/// Servers that take names byte for byte, with names of other character sets on their disks.
@Suite(.serialized, .timeLimit(.minutes(1))) struct CodePageServerTests {
    enum Program: CaseIterable { case proFTPD, vsftpd, pureFTPd }

    private func serve(_ program: Program, _ set: String) async throws -> ServedRemote {
        let server =
            switch program {
            case .proFTPD: try await TestServer.proFTPD()
            case .vsftpd: try await TestServer.vsftpd()
            case .pureFTPd: try await TestServer.pureFTPd()
            }
        return try await ServedRemote.ftp(server, codePage: CodePage(set))
    }

    private func put(_ name: [UInt8], _ server: TestServer) throws {
        let path = Array(server.root.utf8) + [UInt8(ascii: "/")] + name
        let file = path.map { CChar(bitPattern: $0) } + [0]
        let descriptor = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemError("\(name)", code: errno) }
        defer { close(descriptor) }
        _ = write(descriptor, "five!", 5)
        fchown(descriptor, server.ownerID, server.ownerID)
    }

    private func names(_ server: TestServer) -> Set<[UInt8]> {
        guard let stream = opendir(server.root) else { return [] }
        defer { closedir(stream) }
        var names: Set<[UInt8]> = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [46] && name != [46, 46] { names.insert(name) }
        }
        return names
    }

    @Test(arguments: Program.allCases) func namesInLatin1(_ program: Program) async throws {
        let served = try await serve(program, "ISO-8859-1")
        let (remote, server) = (served.remote, try #require(served.server))
        try put([0x63, 0x61, 0x66, 0xE9], server)
        let cafe = try RemotePath("café")
        #expect(try await remote.entries(of: .root).map(\.name.string) == ["café"])
        #expect(try await remote.attributes(of: cafe).size == 5)
        let reader = try await remote.openReader(cafe)
        #expect(try await reader.read(at: 0, count: 10) == ByteBuffer(string: "five!"))
        await reader.close()
        try await remote.rename(cafe, to: RemotePath("grün"), mode: .replace)
        try await remote.createDirectory(RemotePath("Büro"), permissions: nil)
        try await remote.rename(RemotePath("grün"), to: RemotePath("Büro/ÿ"), mode: .replace)
        #expect(names(server) == [[0x42, 0xFC, 0x72, 0x6F]])
        #expect(try await remote.entries(of: RemotePath("Büro")).map(\.name.string) == ["ÿ"])
        try await remote.removeFile(RemotePath("Büro/ÿ"))
        try await remote.removeDirectory(RemotePath("Büro"))
        #expect(names(server).isEmpty)
        let error = await #expect(throws: StorageError.self) {
            try await remote.openWriter(RemotePath("5 €"), .truncate, permissions: nil, expectedSize: 1)
        }
        #expect(error?.code == .invalidName && error?.message.contains("ISO-8859-1") == true)
        await remote.shutdown()
        server.stop()
    }

    /// Names that the character set does not hold, names in UTF-8 among them, are still the names of their files.
    @Test(arguments: [
        ("CP1252", Program.vsftpd), ("SHIFT_JIS", .proFTPD), ("SHIFT_JIS", .vsftpd), ("KOI8-R", .proFTPD),
    ])
    func anyNameOnTheDiskCanBeUsed(_ set: String, _ program: Program) async throws {
        let served = try await serve(program, set)
        let (remote, server) = (served.remote, try #require(served.server))
        let wild: Set<[UInt8]> = [
            [0x95, 0x5C, 0x2E, 0x74], [0xC3, 0x81], [0x81, 0x41], Array("日本".utf8), [0xFE, 0xFD], [0xED, 0xB2, 0x81],
            [0x80], [0xE9], Array("plain".utf8), [0x5C, 0x7E],
        ]
        for name in wild { try put(name, server) }
        let listed = try await remote.entries(of: .root).map(\.name)
        #expect(Set(listed).count == wild.count)
        for name in listed {
            let path = RemotePath.root.appending(name)
            #expect(try await remote.attributes(of: path).size == 5, "\(name)")
            try await remote.rename(path, to: RemotePath("moved"), mode: .replace)
            try await remote.rename(RemotePath("moved"), to: path, mode: .replace)
        }
        #expect(names(server) == wild)
        for name in listed { try await remote.removeFile(RemotePath.root.appending(name)) }
        #expect(names(server).isEmpty)
        await remote.shutdown()
        server.stop()
    }
}
