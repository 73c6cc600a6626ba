import FileModel
import Glibc
import TestServers
import Testing

/// How mounts are begun and ended by the system: mount(8), fstab(5), systemd, and after an accident.
@Suite(.timeLimit(.minutes(3)), .serialized)
struct OperationMountTests {
    /// In a mount namespace of its own, where /sbin has one program more and /etc/fstab one line.
    @Test func mountAndFstabUseTheHelper() async throws {
        let mount = try await ServerMount(.sftp, mounts: false)
        let server = mount.server
        try Files.store(mount.disk("f"), Array("content\n".utf8))
        var options = [
            "StrictHostKeyChecking=yes", "UserKnownHostsFile=\(server.knownHostsFile ?? "")", "port=\(server.port)",
        ]
        options += ["IdentityFile=\(server.privateKeyFile ?? "")", "rw", "nosuid", "nodev", "relatime", "noauto"]
        options += ["reconnect", "ServerAliveInterval=15", "idmap=user", "_netdev", "x-systemd.automount"]
        let source = "\(server.user)@127.0.0.1:\(server.root)"
        let script = """
            set -e
            work=\(mount.state.path) dir=\(mount.path)
            for folder in /run /var/lib /var/cache; do mount -t tmpfs tmpfs $folder; done
            mkdir -p $work/old $work/new
            mount --bind /usr/sbin $work/old; mount -t tmpfs tmpfs $work/new
            for tool in $work/old/*; do ln -s $tool $work/new/; done
            ln -s \(Programs.syncctl) $work/new/mount.fuse.syncctl
            mount --bind $work/new /usr/sbin
            mount -t fuse.syncctl -o '\(options.joined(separator: ","))' \(source) $dir
            test "$(cat $dir/f)" = content
            echo written > $dir/g
            findmnt -n -o FSTYPE $dir | grep -qx fuse.syncctl
            umount $dir
            echo '\(source) '$dir' fuse.syncctl \(options.joined(separator: ",")),ro 0 0' > $work/fstab
            mount --bind $work/fstab /etc/fstab
            mount $dir
            test "$(cat $dir/g)" = written
            ! touch $dir/h 2> /dev/null
            umount $dir
            """
        let result = try await run(
            ["unshare", "--mount", "sh", "-c", script],
            environment: ["HOME": mount.state.path, "SYNCCTL_PASSWORD": nil, "XDG_RUNTIME_DIR": nil],
            within: .seconds(60))
        #expect(result.succeeded, "\(result.output) \(result.errors)")
        #expect(try Files.content(mount.disk("g")) == Array("written\n".utf8))
    }

    /// The process was killed: its folder answers ENOTCONN until the next mount cleans it up.
    @Test func aDeadMountIsCleanedUpAtStart() async throws {
        let mount = try await ServerMount(.sftp)
        try await mount.work { [f = mount("f")] in try Files.store(f, [1]) }
        mount.kill(detaching: false)
        #expect(throws: SystemError(ENOTCONN)) { try Files.status(mount("f")) }
        try await mount.mount()
        // The dead mount is in the kernel's table, too, until the new one has taken its place.
        let isBack = await eventually(within: .seconds(20)) {
            (try? await mount.work { [f = mount("f")] in try Files.content(f) }) == [1]
        }
        #expect(isBack, "\(mount.errors)")
        #expect(try await mount.unmount() == .exited(0), "\(mount.errors)")
        #expect(MountPoints.type(of: mount.path) == nil)
    }

    @Test func aFolderThatIsNotEmptyIsRefusedUnlessAllowed() async throws {
        let mount = try await ServerMount(.sftp, mounts: false)
        try Files.store(mount("local"), [1])
        let refused = try await mount.syncctl(["mount", mount.url, mount.path], withOptions: true)
        #expect(refused.status == .exited(2), "\(refused.errors)")
        #expect(refused.errors.contains("not empty"))
        try await mount.mount(["-o", "nonempty"])
        let names = try await mount.work { [path = mount.path] in try Files.names(path) }
        #expect(names == [])
        #expect(try await mount.unmount() == .exited(0), "\(mount.errors)")
        #expect(try Files.names(mount.path) == ["local"])
        unlink(mount("local"))
    }

    /// uid, gid and umask shape what is shown; ro refuses; default_permissions lets the kernel check.
    @Test func ownersModesAndReadOnly() async throws {
        let mount = try await ServerMount(
            .ftp, options: ["uid=4711", "gid=4712", "umask=002", "allow_other", "default_permissions", "ro"])
        try Files.store(mount.disk("f"), [1])
        try Files.store(mount.disk("open"), [1])
        try check(chmod(mount.disk("f"), 0o640))
        let status = try await mount.work { [f = mount("f")] in try Files.status(f) }
        #expect((status.st_uid, status.st_gid) == (4711, 4712))
        let folder = try await mount.work { [path = mount.path] in try Files.status(path) }
        #expect(folder.st_mode & 0o7777 == 0o775, "the mounted folder has no mode of its own over FTP")
        try await mount.work { [f = mount("f"), g = mount("g")] in
            #expect(throws: SystemError(EROFS)) { try Files.open(g, O_WRONLY | O_CREAT) }
            #expect(throws: SystemError(EROFS)) { try check(unlink(f)) }
        }
        #expect(status.st_mode & 0o7777 == 0o640, "what the server tells is shown")
        let nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "cat"]
        #expect(try await run(nobody + [mount("open")]).succeeded)
        let refused = try await run(nobody + [mount("f")])
        #expect(!refused.succeeded && refused.errors.contains("Permission denied"), "\(refused.errors)")
        #expect(try await mount.unmount() == .exited(0), "\(mount.errors)")
    }

    /// systemd is told when the folder answers, not before.
    @Test func readinessIsNotified() async throws {
        let mount = try await ServerMount(.sftp, mounts: false)
        let listener = try NotifySocket(at: mount.state("notify"))
        try await mount.mount(environment: ["NOTIFY_SOCKET": listener.path])
        let message = try await blocking { listener.receive() }
        #expect(message == "READY=1")
        let names = try await mount.work { [path = mount.path] in try Files.names(path) }
        #expect(names == [])
        #expect(await mount.terminate() == .exited(0), "\(mount.errors)")
        #expect(try await blocking { listener.receive() } == "STOPPING=1")
    }
}

/// The end of sd_notify(3) that systemd has.
final class NotifySocket: Sendable {
    let path: String
    private let descriptor: CInt

    init(at path: String) throws {
        self.path = path
        descriptor = try check(socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let descriptor = descriptor
        try withUnsafePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = try check(bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)))
            }
        }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// The next message; empty when none came in twenty seconds.
    func receive() -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
}
