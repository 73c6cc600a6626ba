import Glibc
import Synchronization
import TestServers
import Testing

/// What is fetched because its neighbours were, on real servers through the kernel.
@Suite(.timeLimit(.minutes(2)), .serialized)
struct ReadAheadMountTests {
    private static func name(_ index: Int) -> String { "d/f" + String(1000 + index) }

    private static func bytes(_ index: Int, _ version: UInt8) -> [UInt8] {
        [UInt8](repeating: version, count: index % 7 == 0 ? 300_000 : 5000)
    }

    /// Each file is replaced by another time and again while the folder is read in order. Every read gives one version
    /// of the file, or `ESTALE`.
    @Test(arguments: [Site.sftp, .ftp])
    func aFolderReadInOrderGivesWholeFiles(site: Site) async throws {
        let mount = try await ServerMount(site, options: ["attribute_timeout=100ms", "directory_timeout=100ms"])
        try check(mkdir(mount.disk("d"), 0o777))
        for index in 0..<40 { try Files.store(mount.disk(Self.name(index)), Self.bytes(index, 1)) }
        let goesOn = Mutex(true)
        let writer = Task {
            var version: UInt8 = 2
            while goesOn.withLock({ $0 }) {
                for index in 0..<40 {
                    try Files.store(mount.disk("new"), Self.bytes(index, version))
                    try check(rename(mount.disk("new"), mount.disk(Self.name(index))))
                }
                version = version == 250 ? 2 : version + 1
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        try await mount.work {
            for _ in 0..<6 {
                #expect(try Files.names(mount("d")).count == 40)
                for index in 0..<40 {
                    do {
                        let content = try Files.content(mount(Self.name(index)))
                        #expect(content.count == Self.bytes(index, 1).count)
                        #expect(Set(content).count == 1, "a mixture of versions in file \(index)")
                    } catch let error as SystemError where error.code == ESTALE {
                    }
                }
            }
        }
        goesOn.withLock { $0 = false }
        try await writer.value
        try await mount.work {
            usleep(200_000)
            for index in 0..<40 {
                let stored = try Files.content(mount.disk(Self.name(index)))
                #expect(try Files.content(mount(Self.name(index))) == stored)
            }
        }
        #expect(try await mount.unmount() == .exited(0), "\(mount.errors)")
    }

    /// A tree that is walked and read shows everything once, with the right bytes.
    @Test(arguments: [Site.sftp, .ftp, .ftpes])
    func aTreeIsWalkedAndRead(site: Site) async throws {
        let mount = try await ServerMount(site)
        for folder in 0..<20 {
            try check(mkdir(mount.disk("d\(folder)"), 0o777))
            for file in 0..<10 { try Files.store(mount.disk("d\(folder)/f\(file)"), pattern(100 * folder + file)) }
        }
        try await mount.work {
            #expect(try Files.names(mount.path).count == 20)
            for folder in 0..<20 {
                let names = try Files.names(mount("d\(folder)"))
                #expect(names == (0..<10).map { "f\($0)" })
                for (file, name) in names.enumerated() {
                    #expect(try Files.content(mount("d\(folder)/\(name)")) == pattern(100 * folder + file))
                }
            }
        }
        #expect(try await mount.unmount() == .exited(0), "\(mount.errors)")
    }
}
