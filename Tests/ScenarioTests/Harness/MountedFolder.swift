import FileModel
import Glibc
import TestServers
import Testing

/// A running `syncctl mount --foreground`.
final class MountedFolder: Sendable {
    let path: DiskPath
    private let folder: String
    private let process: ChildProcess

    /// Mounts, and waits until the kernel shows the mount.
    init(_ site: RemoteSite, at name: String, options: [String] = []) async throws {
        folder = site.workplace.folder(name)
        path = DiskPath(folder)
        try path.makeDirectoryIfMissing()
        process = try site.workplace.start(
            ["mount", site.url, folder, "--foreground"] + site.options + options.flatMap { ["-o", $0] },
            password: site.password, cleanUp: "fusermount3 -u -z '\(folder)'")
        let isMounted = await eventually(within: .seconds(20)) { process.poll() != nil || Self.isMounted(folder) }
        guard isMounted, process.poll() == nil else {
            process.kill()
            throw NoMount(description: "\(process.output) \(process.errors)")
        }
    }

    deinit { kill() }

    var errors: String { process.errors }
    var hasEnded: Bool { process.poll() != nil }

    /// Unmounts in order, and expects a clean end with all data uploaded.
    func unmount(within limit: Duration = .seconds(60), sourceLocation: SourceLocation = #_sourceLocation) async throws
    {
        let result = try await run(["fusermount3", "-u", folder])
        #expect(result.succeeded, "\(result.errors)", sourceLocation: sourceLocation)
        let status = await process.wait(within: limit)
        #expect(status == .exited(0), "\(process.errors)", sourceLocation: sourceLocation)
        kill()
    }

    /// Ends it by SIGTERM, and expects the same.
    func terminate(within limit: Duration = .seconds(60), sourceLocation: SourceLocation = #_sourceLocation) async {
        process.signal(SIGTERM)
        let status = await process.wait(within: limit)
        #expect(status == .exited(0), "\(process.errors)", sourceLocation: sourceLocation)
        #expect(!Self.isMounted(folder), sourceLocation: sourceLocation)
        kill()
    }

    /// Runs file operations on the mount; when they take too long the mount is killed, and they fail.
    func work<R: Sendable>(
        within limit: Duration = .seconds(120), _ body: @escaping @Sendable (DiskPath) throws -> R
    ) async throws -> R {
        try await blocking(within: limit, onTimeout: { [self] in kill() }, { [path] in try body(path) })
    }

    /// Ends the program by force and detaches the mount. Calls that wait for it fail.
    func kill() {
        process.kill()
        Self.detach(folder)
    }

    /// Takes a mount out of the tree, whoever serves it; harmless where there is none.
    static func detach(_ folder: String) {
        _ = umount2(folder, CInt(MNT_DETACH))
    }

    static func isMounted(_ folder: String) -> Bool {
        guard let mounts = try? DiskPath("/proc/self/mounts").read() else { return false }
        return String(decoding: mounts, as: UTF8.self).split(separator: "\n").contains { line in
            line.split(separator: " ").dropFirst().first == Substring(folder)
        }
    }
}

/// The program ended, or did not mount in time.
struct NoMount: Error, CustomStringConvertible {
    let description: String
}
