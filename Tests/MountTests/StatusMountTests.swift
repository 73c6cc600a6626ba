import FileModel
import Glibc
import TestServers
import Testing

/// What `syncctl status` and `syncctl cache drop` say and do to a living mount.
@Suite(.timeLimit(.minutes(3)), .serialized)
struct StatusMountTests {
    @Test(arguments: [Site.sftp, .ftp])
    func statusTellsSessionsBytesAndTimes(site: Site) async throws {
        let mount = try await ServerMount(site)
        try await mount.work { [f = mount("f")] in
            try Files.store(f, pattern(300_000))
            _ = try Files.content(f)
            _ = try Files.status(f)
        }
        let json = try await mount.syncctl(["status", "--json"])
        #expect(json.status == .exited(0), "\(json.errors)")
        for part in [
            "\"mountpoint\":\"\(mount.path)\"", "\"answers\":true", "\"bytes_written\":300000", "\"outage\":null",
            "\"create\":{\"count\":1,\"failures\":0,", "\"limit\":25",
        ] {
            #expect(json.output.contains(part), "\(part) in \(json.output)")
        }
        #expect(json.output.split(separator: "\n").count == 1)
        let text = try await mount.syncctl(["status"])
        #expect(text.output.contains("server    answers"), "\(text.output)")
        #expect(text.output.contains("p99"))
        #expect(try await mount.unmount() == .exited(0), "\(mount.errors)")
        let after = try await mount.syncctl(["status"])
        #expect(after.output == "no mounts\n")
    }

    @Test func statusTellsAnOutageAndADeadProcessIsNoMount() async throws {
        let mount = try await ServerMount(.sftp, options: ["timeout=2s", "connect_timeout=2s", "attribute_timeout=0s"])
        mount.server.stop()
        let isTold = await eventually(within: .seconds(15)) {
            _ = try? await mount.work { [f = mount("f")] in try Files.status(f) }
            return (try? await mount.syncctl(["status"]).output.contains("away for")) == true
        }
        #expect(isTold)
        mount.kill()
        #expect(try await mount.syncctl(["status"]).output == "no mounts\n")
    }

    @Test func cacheDropShowsWhatOthersDid() async throws {
        let mount = try await ServerMount(
            .sftp, options: ["attribute_timeout=1h", "directory_timeout=1h", "negative_timeout=1h"])
        try await mount.work { [f = mount("f"), path = mount.path] in
            try Files.store(f, pattern(10))
            _ = try Files.names(path)
            #expect(throws: SystemError(ENOENT)) { try Files.status(f + "2") }
        }
        try Files.store(mount.disk("f"), pattern(77))
        try Files.store(mount.disk("f2"), pattern(5))
        let believed = try await mount.work { [f = mount("f")] in try Files.status(f).st_size }
        #expect(believed == 10)
        let dropped = try await mount.syncctl(["cache", "drop", mount.path])
        #expect(dropped.status == .exited(0), "\(dropped.errors)")
        try await mount.work { [f = mount("f"), path = mount.path] () throws -> Void in
            #expect(try Files.content(f) == pattern(77))
            #expect(try Files.content(f + "2") == pattern(5))
            #expect(try Files.names(path) == ["f", "f2"])
        }
        let unknown = try await mount.syncctl(["cache", "drop", "/nowhere"])
        #expect(unknown.status == .exited(1))
        #expect(try await mount.unmount() == .exited(0), "\(mount.errors)")
    }
}
