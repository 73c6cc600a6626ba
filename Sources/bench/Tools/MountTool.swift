/// A program that mounts the server's whole folder.
struct MountTool: Sendable {
    let contestant: Contestant
    let protocols: Set<WireProtocol>
    /// The command that stays in the foreground while the folder is mounted.
    let command: @Sendable (MountJob) -> CommandLine

    init(
        _ contestant: Contestant, _ protocols: Set<WireProtocol> = Set(WireProtocol.allCases),
        command: @escaping @Sendable (MountJob) -> CommandLine
    ) {
        self.contestant = contestant
        self.protocols = protocols
        self.command = command
    }
}

/// What a mount program is told.
struct MountJob: Sendable {
    let site: Site
    let programs: Programs
    /// An empty local folder.
    let mountpoint: String
    /// A folder for what the program wants to keep.
    let state: String

    /// The server's folder as its clients name it.
    var remote: String { site.onServer("") }
}

// The command lines of all programs that are compared at the mount.
extension MountTool {
    static let syncctl = MountTool(.ours()) { syncctlCommand($0) }

    static let syncctlOverOpenSSH = MountTool(.ours("syncctl (OpenSSH)"), [.sftp]) {
        syncctlCommand($0, ["-o", "ssh.transport=openssh"])
    }

    static let syncctlWriteBack = MountTool(.ours("syncctl (write=back)")) { syncctlCommand($0, ["-o", "write=back"]) }

    private static func syncctlCommand(_ job: MountJob, _ extra: [String] = []) -> CommandLine {
        CommandLine(
            [job.programs.syncctl, "mount", SyncctlOptions.url(job.site, job.remote), job.mountpoint, "--foreground"]
                + SyncctlOptions.words(job.site, state: job.state) + extra,
            environment: SyncctlOptions.environment(job.site))
    }

    static let sshfs = MountTool(.peer("sshfs"), [.sftp]) { job in
        CommandLine(
            ["sshfs", "-f", "\(job.site.user)@\(job.site.host):\(job.remote)", job.mountpoint]
                + ["-p", "\(job.site.port)"] + SSHOptions.words(job.site.login))
    }

    /// Reads and writes as streams.
    static let rclone = MountTool(.peer("rclone")) { rcloneCommand($0, cache: ["off"]) }

    /// Keeps files that are written on the local disk, and uploads them from there at once.
    static let rcloneCached = MountTool(.peer("rclone-cache")) {
        rcloneCommand($0, cache: ["writes", "--vfs-write-back", "0s"])
    }

    private static func rcloneCommand(_ job: MountJob, cache: [String]) -> CommandLine {
        CommandLine(
            ["rclone", "mount", "server:\(job.remote)", job.mountpoint, "--vfs-cache-mode"] + cache
                + ["--cache-dir", job.state],
            environment: RcloneEnvironment.variables(job.site))
    }
}

enum RcloneEnvironment {
    static func variables(_ site: Site) -> [String: String] {
        // The FTP backend takes no CA file of its own; Go's TLS reads this variable.
        let trust = site.login.caFile.isEmpty ? [:] : ["SSL_CERT_FILE": site.login.caFile]
        return trust.merging(["RCLONE_CONFIG": site.login.rcloneConfiguration]) { $1 }
    }
}
