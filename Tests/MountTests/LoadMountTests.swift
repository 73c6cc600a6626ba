import FaultInjection
import FileModel
import Glibc
import Synchronization
import TestServers
import Testing

/// Many threads, many names, big offsets, few sessions.
@Suite(.timeLimit(.minutes(30)), .serialized)
struct LoadMountTests {
    /// Runs `body` on so many threads at once.
    private func threads(
        _ count: Int, on mount: ServerMount, within limit: Int = 120, _ body: @Sendable @escaping (Int) throws -> Void
    ) async throws {
        try await withThrowingTaskGroup { group in
            for number in 0..<count { group.addTask { try await mount.work(within: limit) { try body(number) } } }
            try await group.waitForAll()
        }
    }

    /// Each thread writes, rewrites and reads files of its own, and one that all share in parts of their own.
    @Test(arguments: [Site.sftp, .ftp])
    func sixteenThreadsReadAndWriteWithVerification(site: Site) async throws {
        let mount = try await ServerMount(site)
        let rounds = Environment.isSoak ? 50 : 3
        try await mount.work { [shared = mount("shared")] in try Files.store(shared, pattern(16 * 10_000)) }
        try await threads(16, on: mount) { number in
            for round in 0..<rounds {
                let file = mount("own \(number)")
                let content = Array(pattern(60_000 + 997 * number + round).dropFirst(number))
                try Files.store(file, content)
                let isSame = try Files.content(file) == content
                #expect(isSame, "thread \(number), round \(round)")
                let descriptor = try Files.open(file, O_RDWR)
                try Files.write(descriptor, [UInt8](repeating: UInt8(number), count: 100), at: 30_000)
                let part = try Files.read(descriptor, at: 29_990, count: 120)
                var expected = Array(content[29_990..<30_110])
                expected.replaceSubrange(10..<110, with: [UInt8](repeating: UInt8(number), count: 100))
                #expect(part == expected)
                try Files.close(descriptor)
                let slice = try Files.content(mount("shared"))[number * 10_000..<(number + 1) * 10_000]
                #expect(Array(slice) == Array(pattern(16 * 10_000)[number * 10_000..<(number + 1) * 10_000]))
            }
        }
        for number in 0..<16 {
            var content = Array(pattern(60_000 + 997 * number + rounds - 1).dropFirst(number))
            content.replaceSubrange(30_000..<30_100, with: [UInt8](repeating: UInt8(number), count: 100))
            #expect(try Files.content(mount.disk("own \(number)")) == content)
        }
        #expect(try await mount.unmount() == .exited(0), "\(mount.errors)")
    }

    /// A server that takes four sessions serves sixty readers, and never sees a fifth.
    @Test(arguments: [Site.sftp, .ftp])
    func sixtyReadersShareFourSessions(site: Site) async throws {
        let server: TestServer = site == .ftp ? try await .proFTPD(maxClients: 4) : try await site.startServer()
        let mount = try await ServerMount(site, server: server, relayed: true, options: ["max_connections=4"])
        for number in 0..<60 {
            try Files.store(mount.disk("f\(number)"), Array(pattern(200_000 + number).dropFirst(number)))
        }
        try await threads(60, on: mount) { number in
            let content = try Files.content(mount("f\(number)"))
            #expect(content == Array(pattern(200_000 + number).dropFirst(number)), "reader \(number)")
        }
        let peak = mount.relay?.connections().peak ?? 0
        #expect(peak <= 4 && peak > 0, "\(peak) sessions")
        #expect(try await mount.unmount() == .exited(0), "\(mount.errors)")
    }

    @Test(arguments: [Site.sftp, .ftp])
    func aHundredThousandNamesInOneFolder(site: Site) async throws {
        let count = Environment.isSoak ? 100_000 : 20_000
        let mount = try await ServerMount(site)
        for number in 0..<count {
            let descriptor = try Files.open(mount.disk("name of file \(number)"), O_WRONLY | O_CREAT)
            close(descriptor)
        }
        let names = try await mount.work(within: 300) { [path = mount.path] in try Files.names(path) }
        #expect(names.count == count)
        #expect(Set(names).count == count)
        let status = try await mount.work { [last = mount("name of file \(count - 1)")] in try Files.status(last) }
        #expect(status.st_mode & S_IFMT == S_IFREG)
        #expect(try await mount.unmount() == .exited(0), "\(mount.errors)")
    }

    /// Offsets that need more than 32 bits; the file is sparse on the server.
    @Test(arguments: [Site.sftp, .ftp])
    func aFileBeyondFourGiB(site: Site) async throws {
        let mount = try await ServerMount(site)
        let size = 5 << 30
        let tail = pattern(1000)
        let disk = try Files.open(mount.disk("big"), O_RDWR | O_CREAT)
        try check(ftruncate(disk, off_t(size)))
        try Files.write(disk, tail, at: size - 1000)
        try Files.close(disk)
        try check(chown(mount.disk("big"), mount.server.ownerID, mount.server.ownerID))
        try await mount.work { [big = mount("big")] in
            #expect(Int(try Files.status(big).st_size) == size)
            let reader = try Files.open(big, O_RDONLY)
            #expect(try Files.read(reader, at: size - 1000, count: 2000) == tail)
            #expect(try Files.read(reader, at: (4 << 30) + 17, count: 10) == [UInt8](repeating: 0, count: 10))
            try Files.close(reader)
            guard site == .sftp else { return }
            let writer = try Files.open(big, O_RDWR)
            try Files.write(writer, [1, 2, 3], at: (4 << 30) + 5)
            try check(ftruncate(writer, off_t(size + 10)))
            try Files.close(writer)
        }
        if site == .sftp {
            let after = try Files.open(mount.disk("big"), O_RDONLY)
            #expect(try Files.read(after, at: (4 << 30) + 5, count: 3) == [1, 2, 3])
            #expect(Int(try Files.status(after).st_size) == size + 10)
            close(after)
        }
        #expect(try await mount.unmount() == .exited(0), "\(mount.errors)")
    }

    @Test(.enabled(if: Environment.isSoak), arguments: [Site.sftp, .ftp])
    func tenThousandSmallFiles(site: Site) async throws {
        let mount = try await ServerMount(site)
        try await threads(8, on: mount, within: 900) { thread in
            try check(mkdir(mount("d\(thread)"), 0o755))
            for number in 0..<1250 { try Files.store(mount("d\(thread)/f\(number)"), pattern(number)) }
        }
        for thread in 0..<8 {
            for number in 0..<1250 {
                let isSame = try Files.content(mount.disk("d\(thread)/f\(number)")) == pattern(number)
                #expect(isSame, "d\(thread)/f\(number)")
            }
        }
        #expect(try await mount.unmount() == .exited(0), "\(mount.errors)")
    }
}
