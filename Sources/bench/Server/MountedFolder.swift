import Glibc
import TestServers

/// A folder that a FUSE daemon mounted, and the daemon.
///
/// This process never looks into the folder itself: a call could hang. The guardian of the daemon cuts the mount
/// when this process dies.
final class MountedFolder: Sendable {
    let path: String
    private let daemon: ChildProcess
    private static let patience = Duration.seconds(30)

    var pid: pid_t { daemon.pid }

    /// Starts the daemon, and waits until the kernel has the mount and it answers.
    ///
    /// - Parameters:
    ///   - command: keeps running as long as the folder is mounted.
    ///   - probe: a folder below, whose listing shows that a connection stands.
    init(_ command: CommandLine, at path: String, probe: String) async throws {
        self.path = path
        try command.requireProgram()
        try Disk.makeFolder(path)
        daemon = try ChildProcess(
            command.arguments, environment: command.environment.mapValues { $0 },
            cleanUp: "fusermount3 -uz '\(path)'; rmdir '\(path)'")
        do {
            try await waitUntilMounted(command)
            let listing = try await run(["ls", "\(path)/\(probe)"], within: Self.patience)
            guard listing.succeeded else { throw TrialFailure.wrong("the mount does not answer: \(listing.errors)") }
        } catch {
            await abandon()
            throw error
        }
    }

    private func waitUntilMounted(_ command: CommandLine) async throws {
        let isThere = await eventually(within: Self.patience) { isMounted || daemon.poll() != nil }
        guard isThere, daemon.poll() == nil else {
            throw TrialFailure.wrong("did not mount: \(TrialFailure.complaint(in: daemon.errors))")
        }
    }

    /// The fifth field of a line of /proc/self/mountinfo is the mount point.
    private var isMounted: Bool {
        (Disk.text("/proc/self/mountinfo") ?? "").split(separator: "\n").contains { line in
            line.split(separator: " ", maxSplits: 5).dropFirst(4).first.map(String.init) == path
        }
    }

    /// Unmounts as a user does, and waits for the daemon's end.
    func unmount() async throws {
        let result = try await run(["fusermount3", "-u", path], within: Self.patience)
        let hasEnded = await daemon.wait(within: Self.patience) != nil
        let isDetached = !isMounted
        await abandon()
        try require(result.succeeded && isDetached, "unmounting failed: \(result.errors.prefix(200))")
        try require(hasEnded, "its daemon did not end within \(Int(Self.patience.seconds)) s after the unmount")
    }

    /// Kills what is left of the daemon, which sets free everything that waits for it, and detaches the folder.
    func abandon() async {
        daemon.kill()
        kill(-pid, SIGKILL)
        while waitpid(-pid, nil, WNOHANG) > 0 {}
        if isMounted { _ = try? await run(["fusermount3", "-uz", path], within: .seconds(10)) }
        if !isMounted { rmdir(path) }
    }
}
