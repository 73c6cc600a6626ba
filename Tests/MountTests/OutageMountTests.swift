import FaultInjection
import FileModel
import Glibc
import TestServers
import Testing

/// A server that is away: errors in time, never an absence, and everything works again by itself.
@Suite(.timeLimit(.minutes(5)), .serialized)
struct OutageMountTests {
    private static let limits = [
        "timeout=2s", "connect_timeout=2s", "attribute_timeout=0s", "directory_timeout=0s", "negative_timeout=0s",
    ]

    /// What an outage may look like.
    private static let honest: Set<CInt> = [EIO, ETIMEDOUT]

    private func error<Value>(_ body: () throws -> Value) -> CInt {
        do {
            _ = try body()
            return 0
        } catch {
            return (error as? SystemError)?.code ?? -1
        }
    }

    /// Every kind of call, with what came of it and how long it took.
    private func outcomes(of mount: ServerMount) async throws -> [(name: String, code: CInt, time: Duration)] {
        let file = mount("f")
        let other = mount("other")
        let folder = mount.path
        return try await mount.work {
            let calls: [(String, () throws -> Void)] = [
                ("stat", { _ = try Files.status(file) }),
                ("open", { try Files.close(try Files.open(file, O_RDONLY)) }),
                ("list", { _ = try Files.names(folder) }),
                ("stat of an absent name", { _ = try Files.status(other) }),
                ("create", { try Files.close(try Files.open(other, O_WRONLY | O_CREAT)) }),
                ("mkdir", { try check(mkdir(other, 0o755)) }),
                ("unlink", { try check(unlink(file)) }),
                ("rename", { try check(rename(file, other)) }),
                ("truncate", { try check(truncate(file, 5)) }),
                ("utimens", { try Files.setTime(file, seconds: 1_600_000_000) }),
            ]
            return calls.map { name, call in
                let start = ContinuousClock.now
                let code = error(call)
                return (name, code, ContinuousClock.now - start)
            }
        }
    }

    @Test(arguments: [Site.sftp, .ftp])
    func whileTheServerIsKnownDownErrorsComeAtOnce(site: Site) async throws {
        let mount = try await ServerMount(site, options: Self.limits)
        try await mount.work { [file = mount("f")] in try Files.store(file, pattern(1000)) }
        mount.server.stop()
        let file = mount("f")
        let isKnown = await eventually(within: .seconds(15)) {
            mount.errors.contains("the server is away") || touch(file)
        }
        #expect(isKnown, "\(mount.errors)")

        var times: [Duration] = []
        for (name, code, time) in try await outcomes(of: mount) {
            #expect(Self.honest.contains(code), "\(name): \(String(cString: strerror(code)))")
            times.append(time)
        }
        times.sort()
        #expect(times[times.count / 2] < .milliseconds(50), "\(times)")
        #expect(times[times.count - 1] < .milliseconds(500), "\(times)")

        try await mount.server.start()
        let back = ContinuousClock.now
        let isBack = await eventually(within: .seconds(20)) {
            (try? await mount.work { try Files.content(file) }) == pattern(1000)
        }
        #expect(isBack, "\(mount.errors)")
        #expect(ContinuousClock.now - back < .seconds(5), "\(ContinuousClock.now - back)")
        try await mount.work { [file = mount("g")] in try Files.store(file, pattern(10)) }
        #expect(try Files.content(mount.disk("g")) == pattern(10))
        #expect(await mount.terminate() == .exited(0), "\(mount.errors)")
    }

    /// Makes a call so that the outage is noticed; never true.
    private func touch(_ file: String) -> Bool {
        _ = error { try Files.status(file) }
        return false
    }

    /// No byte, no FIN, no RST: each call ends within the limit, and a program may give up before.
    @Test(arguments: [Site.sftp, .ftp])
    func aFrozenServerKeepsNoCallBeyondTheLimit(site: Site) async throws {
        let mount = try await ServerMount(site, options: Self.limits)
        let content = pattern(2_000_000)
        try await mount.work { [f = mount("f")] in try Files.store(f, content) }
        mount.server.pause()
        let interrupted = try await mount.work { [file = mount("f")] in
            let start = ContinuousClock.now
            let result = try runShell("timeout -s INT 0.3 stat \(file)")
            return (result.status, ContinuousClock.now - start)
        }
        #expect(interrupted.0 == 124)
        #expect(interrupted.1 < .milliseconds(1500), "Ctrl-C ends a call at once: \(interrupted.1)")

        mount.server.resume()
        let (reader, writer) = try await mount.work { [f = mount("f"), g = mount("g")] in
            let writer = try Files.open(g, O_WRONLY | O_CREAT)
            try Files.write(writer, pattern(100_000))
            return (try Files.open(f, O_RDONLY), writer)
        }
        mount.server.pause()
        let slow: [(String, @Sendable () throws -> Void)] = [
            ("read", { _ = try Files.read(reader, at: 1_000_000, count: 100_000) }),
            ("fsync", { try check(fsync(writer)) }),
            ("close", { try Files.close(writer) }),
        ]
        for (name, call) in slow {
            let start = ContinuousClock.now
            let code = try await mount.work { error(call) }
            #expect(Self.honest.contains(code), "\(name): \(String(cString: strerror(code)))")
            #expect(ContinuousClock.now - start < .milliseconds(4000), "\(name): \(ContinuousClock.now - start)")
        }
        for (name, code, time) in try await outcomes(of: mount) {
            #expect(Self.honest.contains(code), "\(name): \(String(cString: strerror(code)))")
            #expect(time < .milliseconds(3500), "\(name): \(time)")
        }
        mount.server.resume()
        let back = ContinuousClock.now
        let isBack = await eventually(within: .seconds(20)) {
            (try? await mount.work { try Files.read(reader, at: 1_500_000, count: 1000) })
                == Array(content[1_500_000..<1_501_000])
        }
        #expect(isBack, "an open file reads on: \(mount.errors)")
        #expect(ContinuousClock.now - back < .seconds(5), "\(ContinuousClock.now - back)")
        close(reader)
        #expect(await mount.terminate() == .exited(0), "\(mount.errors)")
    }

    /// SIGTERM and fusermount3 -u end a mount whose server does not answer, with a program in the middle of a call.
    @Test(arguments: [Site.sftp, .ftp])
    func aMountOfAFrozenServerCanBeEnded(site: Site) async throws {
        let mount = try await ServerMount(site, options: Self.limits)
        try await mount.work { [f = mount("f")] in try Files.store(f, pattern(1000)) }
        mount.server.pause()
        async let stuck = mount.work { [f = mount("f")] in error { try Files.status(f) } }
        let start = ContinuousClock.now
        let status = await mount.terminate(within: .seconds(30))
        #expect(status == .exited(0), "\(mount.errors)")
        #expect(ContinuousClock.now - start < .seconds(15))
        #expect(MountPoints.type(of: mount.path) == nil)
        // Whatever came first, the call or the end of the mount: it has ended.
        _ = try await stuck
        mount.server.resume()
    }
}
