import FileModel
import Glibc
import TestServers
import Testing
import Transport

@testable import SSH

@Suite struct KnownHostsFileTests {
    private let server = Endpoint(host: "example.com", port: 22)

    private func key(_ number: Int) -> HostKey {
        HostKey(type: "ssh-ed25519", blob: Array("\0\0\0\u{b}ssh-ed25519key \(number)".utf8), sha256: [])
    }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    @Test func theFileAndItsFoldersAreMadeForTheirOwnerAlone() throws {
        let folder = try TemporaryFolder()
        try KnownHostsFile(folder("a/b/known_hosts")).add(key(1), server)
        #expect(mode(folder("a")) == 0o700 && mode(folder("a/b")) == 0o700)
        #expect(mode(folder("a/b/known_hosts")) == 0o600)
    }

    @Test func aKeyIsAddedOnceBehindALineWithoutAnEnd() throws {
        let folder = try TemporaryFolder()
        try write("# no line end", to: folder("kh"))
        for _ in 0..<2 { try KnownHostsFile(folder("kh")).add(key(1), server) }
        let expected = "# no line end\nexample.com ssh-ed25519 \(key(1).base64)\n"
        #expect(try KnownHostsFile(folder("kh")).text() == expected)
    }

    @Test func manyWritersLoseNothing() async throws {
        let folder = try TemporaryFolder()
        let file = KnownHostsFile(folder("kh"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                group.addTask { try file.add(key(number), Endpoint(host: "h\(number)", port: 22)) }
            }
            try await group.waitForAll()
        }
        var known = KnownHosts()
        known.read(try #require(try file.text()), file: "kh")
        #expect(Set(known.entries.map(\.key)) == Set((0..<40).map { key($0).base64 }) && known.entries.count == 40)
    }

    /// One that takes a line away replaces the file under the others' hands.
    @Test func writersAndRemoversLoseNothing() async throws {
        let folder = try TemporaryFolder()
        let file = KnownHostsFile(folder("kh"))
        try file.add(key(99), server)
        let old = KnownHostKey(type: "ssh-ed25519", fingerprint: nil, location: "\(folder("kh")):1")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try file.remove(old, of: server) }
            for number in 0..<20 {
                group.addTask { try file.add(key(number), Endpoint(host: "h\(number)", port: 22)) }
            }
            try await group.waitForAll()
        }
        var known = KnownHosts()
        known.read(try #require(try file.text()), file: "kh")
        #expect(Set(known.entries.map(\.key)) == Set((0..<20).map { key($0).base64 }))
    }

    @Test func aFileThatCannotBeWrittenIsNamed() throws {
        let error = #expect(throws: StorageError.self) {
            try KnownHostsFile("/proc/no/known_hosts").add(key(1), server)
        }
        #expect(error?.code == .configuration)
        #expect(error?.message.hasPrefix("cannot write /proc/no/known_hosts: ") == true)
    }

    @Test func aLineForSeveralServersStays() throws {
        let folder = try TemporaryFolder()
        let text = "example.com,other ssh-ed25519 \(key(1).base64)\n"
        try write(text, to: folder("kh"))
        let old = KnownHostKey(type: "ssh-ed25519", fingerprint: nil, location: "\(folder("kh")):1")
        #expect(throws: StorageError.self) { try KnownHostsFile(folder("kh")).remove(old, of: server) }
        #expect(try KnownHostsFile(folder("kh")).text() == text)
    }
}
