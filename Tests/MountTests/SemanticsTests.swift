import CLinux
import FileModel
import Glibc
import TestServers
import Testing

/// The promises of docs/semantics.md, on real servers through the kernel.
@Suite(.timeLimit(.minutes(5)), .serialized)
struct SemanticsTests {
    private static let both = [Site.sftp, .ftp]

    private func on(
        _ site: Site, options: [String] = [], _ body: @Sendable @escaping (ServerMount) throws -> Void
    ) async throws {
        let mount = try await ServerMount(site, options: options)
        try await mount.work { try body(mount) }
        #expect(try await mount.unmount() == .exited(0), "\(mount.errors)")
    }

    /// Whether something holds within five seconds; for threads that may block.
    private func holdsSoon(_ condition: () throws -> Bool) rethrows -> Bool {
        for _ in 0..<500 {
            if try condition() { return true }
            usleep(10_000)
        }
        return false
    }

    /// A change by somebody else is seen by the next open after the attribute timeout; own changes at once.
    @Test(arguments: both)
    func closeToOpen(site: Site) async throws {
        try await on(site, options: ["attribute_timeout=0s", "directory_timeout=0s", "negative_timeout=0s"]) { mount in
            try Files.store(mount("f"), pattern(1000))
            #expect(try Files.content(mount.disk("f")) == pattern(1000), "close means the server has it")
            try Files.store(mount.disk("f"), Array("changed by another".utf8))
            #expect(try Files.content(mount("f")) == Array("changed by another".utf8))
            #expect(throws: SystemError(ENOENT)) { try Files.status(mount("new")) }
            try Files.store(mount.disk("new"), [1])
            #expect(try Files.content(mount("new")) == [1])
            #expect(try Files.names(mount.path) == ["f", "new"])
        }
    }

    @Test(arguments: both)
    func ownChangesAreSeenAtOnce(site: Site) async throws {
        try await on(site, options: ["attribute_timeout=1h", "directory_timeout=1h", "negative_timeout=1h"]) { mount in
            #expect(throws: SystemError(ENOENT)) { try Files.status(mount("d/f")) }
            try check(mkdir(mount("d"), 0o755))
            #expect(try Files.names(mount("d")) == [])
            let descriptor = try Files.open(mount("d/f"), O_RDWR | O_CREAT)
            try Files.write(descriptor, pattern(5000))
            #expect(try Files.status(mount("d/f")).st_size == 5000, "also before close")
            #expect(try Files.names(mount("d")) == ["f"])
            #expect(try Files.content(mount("d/f")) == pattern(5000))
            try Files.close(descriptor)
            try check(rename(mount("d/f"), mount("d/g")))
            #expect(try Files.names(mount("d")) == ["g"])
            try check(truncate(mount("d/g"), 3))
            #expect(try Files.content(mount("d/g")) == Array(pattern(3)))
            try check(unlink(mount("d/g")))
            #expect(try Files.names(mount("d")) == [])
            try check(rmdir(mount("d")))
            #expect(throws: SystemError(ENOENT)) { try Files.status(mount("d")) }
        }
    }

    @Test(arguments: both)
    func renameOverAnOpenFile(site: Site) async throws {
        try await on(site) { mount in
            try Files.store(mount("old"), pattern(200_000))
            try Files.store(mount("new"), [7, 7])
            let reader = try Files.open(mount("old"), O_RDONLY)
            try check(rename(mount("new"), mount("old")))
            #expect(try Files.content(mount("old")) == [7, 7])
            #expect(try Files.read(reader, at: 150_000, count: 10) == Array(pattern(200_000)[150_000..<150_010]))
            try Files.close(reader)
            #expect(try Files.names(mount.path) == ["old"])
        }
    }

    @Test(arguments: both)
    func unlinkWhileOpen(site: Site) async throws {
        try await on(site) { mount in
            let descriptor = try Files.open(mount("f"), O_RDWR | O_CREAT)
            try Files.write(descriptor, pattern(100_000))
            try check(unlink(mount("f")))
            #expect(throws: SystemError(ENOENT)) { try Files.status(mount("f")) }
            #expect(try Files.names(mount.path) == [])
            #expect(try Files.read(descriptor, at: 50_000, count: 100) == Array(pattern(100_000)[50_000..<50_100]))
            try Files.write(descriptor, [1, 2, 3], at: 10)
            #expect(try Files.read(descriptor, at: 10, count: 3) == [1, 2, 3])
            try Files.close(descriptor)
            // The kernel lets go of the handle a moment after close(2).
            #expect(try holdsSoon { try Files.names(mount.server.root) == [] })
        }
    }

    @Test(arguments: both)
    func appendFromSeveralHandles(site: Site) async throws {
        try await on(site) { mount in
            let handles = try (0..<3).map { _ in try Files.open(mount("log"), O_WRONLY | O_CREAT | O_APPEND) }
            for round in 0..<5 {
                for (number, handle) in handles.enumerated() {
                    try Files.write(handle, [UInt8](repeating: UInt8(number * 10 + round), count: 100))
                }
            }
            for handle in handles { try Files.close(handle) }
            let expected = (0..<5).flatMap { round in
                (0..<3).flatMap { [UInt8](repeating: UInt8($0 * 10 + round), count: 100) }
            }
            #expect(try Files.content(mount.disk("log")) == expected)
        }
    }

    @Test(arguments: both)
    func exclusiveCreateAndTruncation(site: Site) async throws {
        try await on(site) { mount in
            try Files.store(mount("f"), pattern(1000), O_WRONLY | O_CREAT | O_EXCL)
            #expect(throws: SystemError(EEXIST)) { try Files.open(mount("f"), O_WRONLY | O_CREAT | O_EXCL) }
            try Files.store(mount("f"), [1], O_WRONLY | O_TRUNC)
            #expect(try Files.content(mount.disk("f")) == [1])
            try Files.close(try Files.open(mount("f"), O_WRONLY | O_TRUNC))
            #expect(try Files.content(mount.disk("f")) == [])
        }
    }

    @Test(arguments: both)
    func truncateExtendAndGaps(site: Site) async throws {
        try await on(site) { mount in
            try Files.store(mount("f"), pattern(10_000))
            try check(truncate(mount("f"), 4000))
            #expect(try Files.content(mount.disk("f")) == Array(pattern(10_000).prefix(4000)))
            try check(truncate(mount("f"), 6000))
            let extended = Array(pattern(10_000).prefix(4000)) + [UInt8](repeating: 0, count: 2000)
            #expect(try Files.content(mount("f")) == extended)
            let descriptor = try Files.open(mount("f"), O_RDWR)
            try Files.write(descriptor, [9], at: 3_000_000)
            #expect(try Files.read(descriptor, at: 2_999_990, count: 100) == [UInt8](repeating: 0, count: 10) + [9])
            try Files.close(descriptor)
            #expect(try Files.status(mount.disk("f")).st_size == 3_000_001)
            #expect(try Files.content(mount.disk("f")) == extended + [UInt8](repeating: 0, count: 2_994_000) + [9])
        }
    }

    @Test(arguments: both)
    func memoryMaps(site: Site) async throws {
        try await on(site) { mount in
            try Files.store(mount("f"), pattern(300_000))
            let descriptor = try Files.open(mount("f"), O_RDWR)
            let mapped = mmap(nil, 300_000, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
            let memory = try #require(mapped != MAP_FAILED ? mapped : nil)
            let bytes = UnsafeMutableRawBufferPointer(start: memory, count: 300_000)
            #expect(bytes.elementsEqual(pattern(300_000)))
            bytes[200_000] = 77
            try check(msync(memory, 300_000, MS_SYNC))
            munmap(memory, 300_000)
            try Files.close(descriptor)
            #expect(try Files.content(mount.disk("f"))[200_000] == 77)
        }
    }

    /// RENAME_NOREPLACE everywhere; no protocol can let two names change places.
    @Test(arguments: both)
    func renameFlags(site: Site) async throws {
        try await on(site) { mount in
            try Files.store(mount("1"), [1])
            try Files.store(mount("2"), [2])
            let rename = { (flags: UInt32, target: String) in
                _ = try check(remora_renameat2(AT_FDCWD, mount("1"), AT_FDCWD, mount(target), flags))
            }
            #expect(throws: SystemError(EEXIST)) { try rename(1, "2") }
            #expect(throws: SystemError(EINVAL)) { try rename(2, "2") }
            #expect(try Files.content(mount("1")) == [1])
            #expect(try Files.content(mount("2")) == [2])
            try rename(1, "3")
            #expect(try Files.names(mount.path) == ["2", "3"])
        }
    }

    /// What is there from beginning to end is listed once, whatever comes and goes meanwhile.
    @Test(arguments: both)
    func readdirWhileTheFolderChanges(site: Site) async throws {
        try await on(site) { mount in
            let stay = (0..<300).map { "stay \($0)" }
            for name in stay { try Files.store(mount.disk(name), []) }
            for name in (0..<50).map({ "gone \($0)" }) { try Files.store(mount.disk(name), []) }
            let directory = try #require(opendir(mount.path))
            defer { closedir(directory) }
            var names: [String] = []
            while let entry = readdir(directory) {
                names.append(
                    withUnsafePointer(to: &entry.pointee.d_name) { text in
                        text.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                    })
                if names.count < 50 {
                    try Files.store(mount("new \(names.count)"), [])
                    _ = unlink(mount("gone \(names.count)"))
                }
            }
            #expect(Set(names).count == names.count, "a name is listed once")
            #expect(Set(names).isSuperset(of: stay))
            #expect(Set(try Files.names(mount.path)).isSuperset(of: stay + ["new 7"]))
        }
    }

    @Test(arguments: both)
    func longNamesAndDeepPaths(site: Site) async throws {
        try await on(site) { mount in
            let long = String(repeating: "ü", count: 127) + "x"
            try Files.store(mount(long), [1])
            #expect(try Files.content(mount.disk(long)) == [1])
            #expect(throws: SystemError(ENAMETOOLONG)) { try Files.store(mount(long + "x"), [1]) }
            var folder = "deep"
            for level in 0..<30 {
                try check(mkdir(mount(folder), 0o755))
                folder += "/level \(level) of a path that is long"
            }
            try check(mkdir(mount(folder), 0o755))
            try Files.store(mount(folder + "/f"), [2])
            #expect(try Files.content(mount.disk(folder + "/f")) == [2])
        }
    }

    /// A link on the server means a place on the server: it never leads out of the mount.
    @Test func linksOnSFTP() async throws {
        try await on(.sftp, options: ["directory_timeout=0s", "negative_timeout=0s"]) { mount in
            try Files.store(mount("f"), [1, 2])
            try check(mkdir(mount("d"), 0o755))
            try check(symlink("../f", mount("d/s")))
            #expect(try Files.link(target: mount("d/s")) == "../f")
            #expect(try Files.content(mount("d/s")) == [1, 2])
            try check(symlink(mount.server.root + "/f", mount.disk("d/absolute")))
            #expect(try Files.content(mount("d/absolute")) == [1, 2], "inside of the mounted folder it leads there")
            try check(symlink("/etc/passwd", mount.disk("d/outside")))
            #expect(try Files.link(target: mount("d/outside")) == "../etc/passwd")
            #expect(throws: SystemError(ENOENT)) { try Files.open(mount("d/outside"), O_RDONLY) }
            try check(symlink("../../../../../../../../etc/passwd", mount.disk("d/climbing")))
            #expect(throws: SystemError(ENOENT)) { try Files.open(mount("d/climbing"), O_RDONLY) }
            try check(link(mount("f"), mount("h")))
            #expect(try Files.status(mount("h")).st_nlink == 2)
            #expect(try Files.status(mount.disk("f")).st_ino == (try Files.status(mount.disk("h")).st_ino))
        }
    }

    @Test func linksAsTheServerTellsThemWhereThatIsWanted() async throws {
        try await on(.sftp, options: ["contain_symlinks=false"]) { mount in
            try check(symlink("/etc/passwd", mount.disk("s")))
            #expect(try Files.link(target: mount("s")) == "/etc/passwd")
        }
    }

    @Test func attributesOnSFTP() async throws {
        try await on(.sftp) { mount in
            try Files.store(mount("f"), [1])
            try check(chmod(mount("f"), 0o751))
            #expect(try Files.status(mount.disk("f")).st_mode & 0o7777 == 0o751)
            try Files.setTime(mount("f"), seconds: 1_500_000_000)
            #expect(try Files.status(mount.disk("f")).st_mtim.tv_sec == 1_500_000_000)
            #expect(throws: SystemError(EACCES)) { try check(chown(mount("f"), 12_345, 12_345)) }
            var room = statvfs()
            var disk = statvfs()
            try check(statvfs(mount.path, &room))
            try check(statvfs(mount.server.root, &disk))
            #expect(UInt64(room.f_blocks) * UInt64(room.f_frsize) == UInt64(disk.f_blocks) * UInt64(disk.f_frsize))
            #expect(room.f_namemax == 255)
        }
    }

    @Test func whatFTPLacksIsNotSupported() async throws {
        try await on(.ftp) { mount in
            try Files.store(mount("f"), [1])
            try Files.setTime(mount("f"), seconds: 1_500_000_000)
            #expect(try Files.status(mount.disk("f")).st_mtim.tv_sec == 1_500_000_000)
            #expect(throws: SystemError(EOPNOTSUPP)) { try check(symlink("f", mount("s"))) }
            #expect(throws: SystemError(EOPNOTSUPP)) { try check(link(mount("f"), mount("h"))) }
            #expect(throws: SystemError(EOPNOTSUPP)) { try check(chown(mount("f"), 12_345, 12_345)) }
            var room = statvfs()
            try check(statvfs(mount.path, &room))
            #expect(room.f_bavail > 0, "programs that look for room find some")
        }
    }
}
