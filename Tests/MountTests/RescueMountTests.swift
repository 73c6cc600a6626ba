import FileModel
import Glibc
import TestServers
import Testing

/// What a real server did not take is kept and uploaded later.
@Suite(.timeLimit(.minutes(5)), .serialized)
struct RescueMountTests {
    private static let limits = ["timeout=2s", "connect_timeout=2s"]

    @Test(arguments: [Site.sftp, .ftp])
    func whatAKilledServerDidNotTakeIsUploadedByRetry(site: Site) async throws {
        let mount = try await ServerMount(site, options: Self.limits)
        let content = pattern(3_000_000)
        let descriptor = try await mount.work { [file = mount("f")] in
            let descriptor = try Files.open(file, O_WRONLY | O_CREAT)
            try Files.write(descriptor, content)
            return descriptor
        }
        mount.server.stop()
        await #expect(throws: SystemError.self) { try await mount.work(within: 60) { try Files.close(descriptor) } }

        let list = try await mount.syncctl(["rescue", "list", "--json"])
        #expect(list.output.contains("\"path\":\"f\""), "\(list.output) \(list.errors) \(mount.errors)")
        #expect(list.output.contains("\"size\":3000000"))
        #expect(list.output.contains("\"whole\":true"))
        try await mount.server.start()
        let nameless = try await mount.syncctl(["rescue", "retry", "--all"])
        #expect(nameless.status == .exited(2), "a URL has to be named again: \(nameless.errors)")
        let retry = try await mount.syncctl(["rescue", "retry", "--all", "--remote", mount.url], withOptions: true)
        #expect(retry.status == .exited(0), "\(retry.output) \(retry.errors)")
        #expect(try Files.content(mount.disk("f")) == content)
        #expect(try Files.names(mount.server.root) == ["f"])
        let after = try await mount.syncctl(["rescue"])
        #expect(after.output == "no rescued files\n")
        // The server that was started anew holds a copy of the mount in its namespace, so only SIGTERM ends it.
        #expect(await mount.terminate() == .exited(0), "\(mount.errors)")
    }

    /// Unmounting while the server is away: the program ends, says what is missing, and has kept it.
    @Test(arguments: [Site.sftp, .ftp])
    func whatUnmountCouldNotUploadIsKept(site: Site) async throws {
        let mount = try await ServerMount(site, options: Self.limits)
        let content = pattern(200_000)
        let descriptor = try await mount.work { [file = mount("f")] in
            let descriptor = try Files.open(file, O_WRONLY | O_CREAT)
            try Files.write(descriptor, content)
            return descriptor
        }
        mount.server.stop()
        let status = await mount.terminate()
        #expect(status != .exited(0))
        #expect(mount.errors.contains("rescue retry"), "\(mount.errors)")
        close(descriptor)
        let exported = try TemporaryFolder()
        let export = try await mount.syncctl(["rescue", "export", "--all", exported.path])
        #expect(export.status == .exited(0), "\(export.errors)")
        #expect(try Files.content(exported("f")) == content)
        let asked = try await mount.syncctl(["rescue", "drop", "--all"])
        #expect(asked.status == .exited(1), "nobody is there to be asked")
        let dropped = try await mount.syncctl(["rescue", "drop", "--all", "--yes"])
        #expect(dropped.status == .exited(0), "\(dropped.errors)")
        #expect(try await mount.syncctl(["rescue"]).output == "no rescued files\n")
    }

    /// A full disk is told by close or earlier, with its own errno, and nothing of it is lost.
    ///
    /// ProFTPD calls a write that the disk took only a part of "Input/output error": then that is all there is to tell.
    @Test(arguments: [Site.sftp, .ftp])
    func aFullServerSaysSoAndTheFileIsKept(site: Site) async throws {
        let server = try await SmallDisk(site, megabytes: 2)
        let mount = try await ServerMount(site, server: server.server, options: Self.limits)
        let content = pattern(5_000_000)
        let error = await #expect(throws: SystemError.self) {
            try await mount.work { [file = mount("f")] in try Files.store(file, content) }
        }
        let isPartialWrite = site != .sftp && mount.errors.contains("451 Transfer aborted. Input/output error")
        #expect(error?.code == (isPartialWrite ? EIO : ENOSPC), "\(mount.errors)")
        let small = pattern(1000)
        try await mount.work { [file = mount("g"), broken = mount("f")] in
            _ = unlink(broken)
            try Files.store(file, small)
        }
        #expect(try Files.content(mount.disk("g")) == small)
        let list = try await mount.syncctl(["rescue", "list", "--json"])
        let code = isPartialWrite ? "failed" : "noSpace"
        #expect(list.output.contains("\"code\":\"\(code)\""), "\(list.output) \(mount.errors)")
        #expect(try await mount.unmount() == .exited(0), "\(mount.errors)")
    }
}

/// A server whose folder is a file system of few megabytes, taken off again with this object.
final class SmallDisk: Sendable {
    let server: TestServer

    init(_ site: Site, megabytes: Int) async throws {
        server = try await site.startServer()
        server.stop()
        let mounted = try await run([
            "mount", "-t", "tmpfs", "-o", "size=\(megabytes)m,mode=755,uid=\(server.ownerID),gid=\(server.ownerID)",
            "tmpfs", server.root,
        ])
        try #require(mounted.succeeded, "\(mounted.errors)")
        try await server.start()
    }

    func remount(_ option: String) async throws {
        let result = try await run(["mount", "-o", "remount,\(option)", server.root])
        try #require(result.succeeded, "\(result.errors)")
    }

    deinit {
        server.stop()
        umount2(server.root, CInt(MNT_DETACH))
    }
}
