import CLinux
import FileModel
import Glibc
import NIOCore
import RemoteFileSystem
import Testing
import VirtualFileSystem

@testable import FuseAdapter

let styles: [InMemoryRemote.Style] = [.randomAccess, .stream]

func pattern(_ count: Int) -> [UInt8] {
    let tile = (0..<4093).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 3) }
    var result: [UInt8] = []
    result.reserveCapacity(count)
    while result.count < count { result.append(contentsOf: tile.prefix(count - result.count)) }
    return result
}

@Suite(.timeLimit(.minutes(3)), .serialized)
struct MountTests {
    @Test(arguments: styles)
    func filesAreWrittenReadAndReplaced(style: InMemoryRemote.Style) async throws {
        try await MountFixture.with(style) { mount in
            let content = pattern(5_000_003)
            try await blocking {
                try Files.store(mount("big"), content)
                #expect(try Files.status(mount("big")).st_size == 5_000_003)
                #expect(try Files.content(mount("big")) == content)
                try Files.store(mount("new"), [1, 2, 3])
                try check(rename(mount("new"), mount("big")))
                #expect(try Files.content(mount("big")) == [1, 2, 3])
                #expect(try Files.names(mount.path) == ["big"])
            }
            let reader = try await mount.remote.openReader(RemotePath("big"))
            #expect(try await reader.read(at: 0, count: 10) == ByteBuffer(bytes: [1, 2, 3]))
        }
    }

    @Test(arguments: styles)
    func writesAnywhereGiveTheSameAsALocalFile(style: InMemoryRemote.Style) async throws {
        try await MountFixture.with(style) { mount in
            try await blocking {
                var content = pattern(1_000_000)
                try Files.store(mount("f"), content)
                let descriptor = try Files.open(mount("f"), O_RDWR)
                for offset in [999_990, 0, 500_000, 1_200_000] {
                    let bytes = [UInt8](repeating: UInt8(offset % 251), count: 100)
                    if offset + 100 > content.count {
                        content += [UInt8](repeating: 0, count: offset + 100 - content.count)
                    }
                    content.replaceSubrange(offset..<offset + 100, with: bytes)
                    try Files.write(descriptor, bytes, at: offset)
                    #expect(
                        try Files.read(descriptor, at: max(0, offset - 50), count: 200)
                            == Array(content[max(0, offset - 50)..<min(content.count, max(0, offset - 50) + 200)]))
                }
                try check(ftruncate(descriptor, 700_000))
                try check(fsync(descriptor))
                try Files.close(descriptor)
                #expect(try Files.content(mount("f")) == Array(content.prefix(700_000)))
                try Files.store(mount("f"), Array("end".utf8), O_WRONLY | O_APPEND)
                let appended = try Files.content(mount("f"))
                #expect(appended.count == 700_003)
                #expect(appended.suffix(6) == content[699_997..<700_000] + Array("end".utf8))
                #expect(appended.prefix(700_000) == content.prefix(700_000))
            }
        }
    }

    @Test(arguments: styles)
    func errorsAreThoseOfALocalFolder(style: InMemoryRemote.Style) async throws {
        try await MountFixture.with(style) { mount in
            try await blocking {
                try check(mkdir(mount("d"), 0o755))
                try Files.store(mount("d/f"), [1])
                #expect(throws: SystemError(ENOENT)) { try Files.open(mount("none"), O_RDONLY) }
                #expect(throws: SystemError(EEXIST)) { try check(mkdir(mount("d"), 0o755)) }
                #expect(throws: SystemError(EEXIST)) { try Files.open(mount("d/f"), O_WRONLY | O_CREAT | O_EXCL) }
                #expect(throws: SystemError(ENOTEMPTY)) { try check(rmdir(mount("d"))) }
                #expect(throws: SystemError(ENOTDIR)) { try check(rmdir(mount("d/f"))) }
                #expect(throws: SystemError(EISDIR)) { try check(unlink(mount("d"))) }
                #expect(throws: SystemError(ENOTDIR)) { try Files.open(mount("d/f/x"), O_RDONLY) }
                let long = String(repeating: "n", count: 256)
                #expect(throws: SystemError(ENAMETOOLONG)) { try Files.open(mount(long), O_RDONLY) }
                try Files.store(mount(String(repeating: "n", count: 255)), [1])
            }
        }
    }

    @Test(arguments: styles)
    func oddNamesSurvive(style: InMemoryRemote.Style) async throws {
        try await MountFixture.with(style) { mount in
            let names = ["-dash", " lead", "trail ", "a*b?[c]", "ä", "a\u{308}", "日本", "\"q\"", "%20", "#", ".hidden"]
            try await blocking {
                for name in names { try Files.store(mount(name), Array(name.utf8)) }
                let found = try Files.names(mount.path)
                #expect(Set(found.map { Array($0.utf8) }) == Set(names.map { Array($0.utf8) }))
                for name in names { #expect(try Files.content(mount(name)) == Array(name.utf8)) }
            }
        }
    }

    @Test func linksAndAttributesOfAServerThatHasThem() async throws {
        try await MountFixture.with(.randomAccess) { mount in
            try await blocking {
                try Files.store(mount("f"), [1, 2])
                try check(symlink("f", mount("s")))
                #expect(try Files.link(target: mount("s")) == "f")
                #expect(try Files.content(mount("s")) == [1, 2])
                try check(link(mount("f"), mount("h")))
                let (one, other) = (try Files.status(mount("f")), try Files.status(mount("h")))
                #expect(one.st_ino == other.st_ino)
                #expect(one.st_nlink == 2)
                try check(unlink(mount("f")))
                #expect(try Files.content(mount("h")) == [1, 2])
                try check(chmod(mount("h"), 0o751))
                #expect(try Files.status(mount("h")).st_mode & 0o7777 == 0o751)
                try Files.setTime(mount("h"), seconds: 1_500_000_000)
                #expect(try Files.status(mount("h")).st_mtim.tv_sec == 1_500_000_000)
            }
        }
    }

    @Test func whatAStreamServerLacksIsNotSupported() async throws {
        try await MountFixture.with(.stream) { mount in
            try await blocking {
                try Files.store(mount("f"), [1, 2])
                #expect(throws: SystemError(EOPNOTSUPP)) { try check(symlink("f", mount("s"))) }
                #expect(throws: SystemError(EOPNOTSUPP)) { try check(link(mount("f"), mount("h"))) }
                #expect(throws: SystemError(EOPNOTSUPP)) { try check(chmod(mount("f"), 0o600)) }
                try check(chmod(mount("f"), 0o644))
                try check(chown(mount("f"), getuid(), getgid()))
                try Files.setTime(mount("f"), seconds: 1_500_000_000)
                #expect(try Files.status(mount("f")).st_mtim.tv_sec == 1_500_000_000)
            }
        }
    }

    @Test(arguments: styles)
    func renameFlagsAreObeyed(style: InMemoryRemote.Style) async throws {
        try await MountFixture.with(style) { mount in
            let (one, two) = (mount("1"), mount("2"))
            try await blocking {
                try Files.store(one, [1])
                try Files.store(two, [2])
                #expect(throws: SystemError(EEXIST)) { try check(renameat2(one, two, 1)) }
                try check(renameat2(one, two, 2))
                #expect(try Files.content(one) == [2])
                #expect(try Files.content(two) == [1])
            }
        }
    }

    @Test(arguments: styles)
    func memoryMapsShowAndChangeTheFile(style: InMemoryRemote.Style) async throws {
        try await MountFixture.with(style) { mount in
            try await blocking {
                let content = pattern(300_000)
                try Files.store(mount("f"), content)
                let descriptor = try Files.open(mount("f"), O_RDWR)
                let mapped = mmap(nil, 300_000, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
                let memory = try #require(mapped != MAP_FAILED ? mapped : nil)
                let bytes = UnsafeMutableRawBufferPointer(start: memory, count: 300_000)
                #expect(bytes.elementsEqual(content))
                bytes[200_000] = 77
                try check(msync(memory, 300_000, MS_SYNC))
                munmap(memory, 300_000)
                try Files.close(descriptor)
                #expect(try Files.content(mount("f"))[200_000] == 77)
            }
        }
    }
}

private func renameat2(_ source: String, _ target: String, _ flags: UInt32) -> CInt {
    remora_renameat2(AT_FDCWD, source, AT_FDCWD, target, flags)
}
