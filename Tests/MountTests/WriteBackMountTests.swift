import FaultInjection
import FileModel
import Glibc
import SeededRandom
import Synchronization
import TestServers
import Testing

/// `write = "back"` on real servers: what close(2) took reaches the server, whatever happens to it and to us.
@Suite(.timeLimit(.minutes(10)), .serialized)
struct WriteBackMountTests {
    /// Names are believed for long, so that files can be made while the server is away.
    private static let options = [
        "write=back", "timeout=2s", "connect_timeout=2s", "attribute_timeout=1h", "directory_timeout=1h",
        "negative_timeout=1h",
    ]

    /// A mount whose server went away before it had any of `count` files in `d`.
    private func mountWithPendingFiles(_ site: Site, _ count: Int) async throws -> ServerMount {
        let mount = try await ServerMount(site, options: Self.options)
        try await mount.work { [d = mount("d")] in try check(mkdir(d, 0o755)) }
        mount.server.stop()
        try await mount.work { [d = mount("d")] in
            for index in 0..<count { try Files.store("\(d)/\(index)", pattern(1000 + index * 777)) }
        }
        return mount
    }

    private func expectUploaded(_ mount: ServerMount, _ count: Int) throws {
        #expect(try Files.names(mount.disk("d")).sorted() == (0..<count).map(String.init).sorted())
        for index in 0..<count {
            let content = try Files.content(mount.disk("d/\(index)"))
            #expect(content == pattern(1000 + index * 777), "\(index)")
        }
    }

    @Test(arguments: [Site.sftp, .ftp])
    func filesClosedWhileTheServerIsAwayAreThereAndUploadedLater(site: Site) async throws {
        let mount = try await mountWithPendingFiles(site, 20)
        let (size, content) = try await mount.work { [f = mount("d/7")] in
            (try Files.status(f).st_size, try Files.content(f))
        }
        #expect(size == 1000 + 7 * 777)
        #expect(content == pattern(1000 + 7 * 777))
        let status = try await mount.syncctl(["status"])
        #expect(status.output.contains("pending   20 files"), "\(status.output)")
        try await mount.server.start()
        let flush = try await mount.syncctl(["flush"])
        #expect(flush.status == .exited(0), "\(flush.output) \(flush.errors)")
        try expectUploaded(mount, 20)
        let names = try await mount.work { [d = mount("d")] in try Files.names(d) }
        #expect(names.count == 20)
        #expect(try await mount.syncctl(["status"]).output.contains("pending   nothing"))
        #expect(await mount.terminate() == .exited(0), "\(mount.errors)")
    }

    @Test(arguments: [Site.sftp, .ftp])
    func aKilledMountIsContinuedByTheNext(site: Site) async throws {
        let mount = try await mountWithPendingFiles(site, 20)
        mount.kill()
        try await mount.server.start()
        let status = try await mount.syncctl(["status"])
        #expect(status.output.contains("20 files of ended mounts wait to be uploaded"), "\(status.output)")
        try await mount.mount()
        let shown = try await mount.work { [d = mount("d")] in try Files.names(d) }
        #expect(shown.count == 20)
        #expect(try await mount.unmount() == .exited(0), "\(mount.errors)")
        try expectUploaded(mount, 20)
    }

    @Test(arguments: [Site.sftp, .ftp])
    func flushUploadsWhatAKilledMountLeft(site: Site) async throws {
        let mount = try await mountWithPendingFiles(site, 20)
        mount.kill()
        let away = try await mount.syncctl(["flush", "--remote", mount.url], withOptions: true)
        #expect(away.status == .exited(3), "\(away.output) \(away.errors)")
        try await mount.server.start()
        let nameless = try await mount.syncctl(["flush"])
        #expect(nameless.status == .exited(2), "a URL has to be named again: \(nameless.errors)")
        let flush = try await mount.syncctl(["flush", "--remote", mount.url], withOptions: true)
        #expect(flush.status == .exited(0), "\(flush.errors)")
        #expect(flush.output.contains("uploaded 20 files"), "\(flush.output)")
        try expectUploaded(mount, 20)
        #expect(try await mount.syncctl(["status"]).output == "no mounts\n")
    }

    /// The end of a mount while the server is away: it ends, says so, and keeps everything.
    @Test(arguments: [Site.sftp, .ftp])
    func unmountingWithoutTheServerKeepsWhatIsPending(site: Site) async throws {
        let mount = try await mountWithPendingFiles(site, 5)
        let unmounted = try await mount.syncctl(["unmount", mount.path])
        #expect(unmounted.errors.contains("5 files of ended mounts wait"), "\(unmounted.errors)")
        #expect(mount.errors.contains("and 4 more; what is pending is kept"), "\(mount.errors)")
        try await mount.server.start()
        let flush = try await mount.syncctl(["flush", "--remote", mount.url], withOptions: true)
        #expect(flush.status == .exited(0), "\(flush.output) \(flush.errors)")
        try expectUploaded(mount, 5)
    }

    @Test(arguments: [Site.sftp, .ftp])
    func unmountingWaitsForASlowLine(site: Site) async throws {
        let mount = try await ServerMount(site, relayed: true, options: Self.options)
        mount.relay?.latency = Latency(toServer: .milliseconds(25), toClient: .milliseconds(25))
        try await mount.work { [d = mount("d")] in
            try check(mkdir(d, 0o755))
            for index in 0..<40 { try Files.store("\(d)/\(index)", pattern(1000 + index * 777)) }
        }
        #expect(try await mount.unmount() == .exited(0), "\(mount.errors)")
        try expectUploaded(mount, 40)
    }

    /// SIGKILL at random instants, again and again: what was closed is complete on the server, and nothing else is.
    @Test(arguments: [Site.sftp, .ftp])
    func whateverMomentAMountIsKilledNothingClosedIsLost(site: Site) async throws {
        let seed = Environment.seed
        print("killed write-back on \(site): seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let mount = try await ServerMount(site, options: ["write=back"])
        var closed: [String: [UInt8]] = [:]
        for round in 0..<6 {
            if round > 0 { try await mount.mount() }
            let writer = Writer(mount.path, round: round, seed: random.next())
            async let written = writer.run()
            let moment = Int.random(in: 1...60, using: &random)
            let isThere = await eventually(within: .seconds(20)) { writer.count >= moment }
            #expect(isThere, "seed \(seed): \(mount.errors)")
            mount.kill()
            closed.merge(await written) { $1 }
        }
        try await mount.mount()
        #expect(try await mount.unmount() == .exited(0), "\(mount.errors)")
        let found = try Files.names(mount.server.root)
        #expect(Set(closed.keys).isSubset(of: found), "seed \(seed): \(Set(closed.keys).subtracting(found))")
        #expect(found.allSatisfy { !$0.hasSuffix(".part") }, "seed \(seed): \(found)")
        for (name, content) in closed where try Files.content(mount.disk(name)) != content {
            Issue.record("seed \(seed): \(name) is not what was closed")
        }
        #expect(try await mount.syncctl(["rescue"]).output == "no rescued files\n", "seed \(seed): \(mount.errors)")
    }

    @Test(arguments: [Site.sftp, .ftp])
    func whatSomebodyElseChangedIsKeptAndOursRescued(site: Site) async throws {
        let mount = try await mountWithPendingFiles(site, 1)
        try Files.store(mount.disk("d/0"), [9, 9, 9, 9, 9])
        try await mount.server.start()
        let flush = try await mount.syncctl(["flush", mount.path])
        #expect(flush.status == .exited(1), "\(flush.output) \(flush.errors)")
        #expect(flush.output.contains("uploaded 0 files") && flush.errors.contains("1 could not be uploaded"))
        #expect(try Files.content(mount.disk("d/0")) == [9, 9, 9, 9, 9])
        #expect(try await mount.syncctl(["rescue", "list", "--json"]).output.contains("\"path\":\"d/0\""))
        #expect(await mount.terminate() == .exited(0), "\(mount.errors)")
    }

    /// Copies, archives, rsync(1) and editors' way to save, compared on the server's own disk.
    @Test(arguments: Site.allCases)
    func programsLeaveOnTheServerWhatTheyWrote(site: Site) async throws {
        let mount = try await ServerMount(site, options: ["write=back"])
        let work = try TemporaryFolder()
        let script = """
            set -e
            cd '\(work.path)'
            mkdir -p t/a/b "t/with space"
            for i in 1 2 3 4 5 6 7 8 9; do seq $((i * 1000)) > "t/a/f $i"; : > t/a/b/e$i; done
            head -c 3000000 /dev/urandom > t/big
            find t -exec touch -d '2021-03-03 03:03:03 UTC' {} +
            cp -rp t '\(mount.path)/copied'
            tar cf t.tar t; mkdir '\(mount.path)/u'; tar xf t.tar --no-same-owner -C '\(mount.path)/u'
            rsync -rt t/ '\(mount.path)/r/'
            diff -r t '\(mount.path)/copied'; diff -r t '\(mount.path)/u/t'; diff -r t '\(mount.path)/r'
            test -z "$(rsync -rti t/ '\(mount.path)/r/')"
            (echo one; /bin/echo two) > '\(mount.path)/s'; echo three >> '\(mount.path)/s'
            mv '\(mount.path)/copied/a' '\(mount.path)/moved'
            """
        let shell = try await run(["sh", "-c", script], within: .seconds(120))
        #expect(shell.succeeded, "\(shell.output) \(shell.errors) \(mount.errors)")
        let flush = try await mount.syncctl(["flush"])
        #expect(flush.status == .exited(0), "\(flush.output) \(flush.errors)")
        let check = """
            set -e
            cd '\(work.path)'
            diff -r t '\(mount.disk("u/t"))'; diff -r t '\(mount.disk("r"))'; diff -r t/a '\(mount.disk("moved"))'
            printf 'one\\ntwo\\nthree\\n' | cmp - '\(mount.disk("s"))'
            test -z "$(rsync -rtin t/ '\(mount.disk("r"))/')"
            test -z "$(find '\(mount.server.root)' -name '*.part')"
            """
        let found = try await run(["sh", "-c", check], within: .seconds(60))
        #expect(found.succeeded, "\(found.output) \(found.errors) \(mount.errors)")
        #expect(try await mount.unmount() == .exited(0), "\(mount.errors)")
    }
}

/// Makes, replaces and renames files on a mount until that fails, and knows what close(2) and rename(2) confirmed.
private final class Writer: Sendable {
    private let folder: String
    private let round: Int
    private let seed: UInt64
    private let done = Atomic(0)

    init(_ folder: String, round: Int, seed: UInt64) {
        self.folder = folder
        self.round = round
        self.seed = seed
    }

    var count: Int { done.load(ordering: .relaxed) }

    func run() async -> [String: [UInt8]] {
        (try? await blocking { self.write() }) ?? [:]
    }

    private func write() -> [String: [UInt8]] {
        var random = SeededGenerator(seed: seed)
        var closed: [String: [UInt8]] = [:]
        var unsure: Set<String> = []
        for index in 0..<10_000 {
            let content = pattern(Int.random(in: 0...40_000, using: &random)) + [UInt8(index % 250), UInt8(round)]
            let name = "r\(round)-\(index / 2)"
            do {
                if index.isMultiple(of: 5) {
                    try Files.store("\(folder)/\(name).new", content)
                    unsure.insert(name)
                    try check(rename("\(folder)/\(name).new", "\(folder)/\(name)"))
                } else {
                    unsure.insert(name)
                    try Files.store("\(folder)/\(name)", content)
                }
            } catch {
                for name in unsure { closed[name] = nil }
                return closed
            }
            unsure.remove(name)
            closed[name] = content
            done.add(1, ordering: .relaxed)
        }
        return closed
    }
}
