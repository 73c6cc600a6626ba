// The command lines of all programs that our push, pull and sync are compared with.
extension SyncTool {
    static let rclone = SyncTool(.peer("rclone"), everywhere, [.push, .pull]) { rcloneCommand($0, $1) }

    /// Sizes are checked after each transfer, as ours are, but not checksums.
    static let rcloneParallel = SyncTool(.peer("rclone-16"), everywhere, [.push, .pull]) {
        rcloneCommand($0, $1, ["--transfers", "16", "--checkers", "16", "--ignore-checksum"])
    }

    private static func rcloneCommand(
        _ direction: SyncDirection, _ job: SyncJob, _ extra: [String] = []
    ) -> CommandLine {
        let ends = [job.local, "server:\(job.remote)"]
        return CommandLine(
            ["rclone", job.isUpdate ? "sync" : "copy"] + (direction == .pull ? ends.reversed() : ends) + extra,
            environment: RcloneEnvironment.variables(job.site))
    }

    static let bisync = SyncTool(.peer("bisync"), everywhere, [.sync], first: { bisyncCommand($1, ["--resync"]) }) {
        bisyncCommand($1)
    }

    static let bisyncParallel = SyncTool(
        .peer("bisync-16"), everywhere, [.sync], first: { bisyncCommand($1, wide + ["--resync"]) }
    ) { bisyncCommand($1, wide) }

    private static let wide = ["--transfers", "16", "--checkers", "16", "--ignore-checksum"]

    private static func bisyncCommand(_ job: SyncJob, _ extra: [String] = []) -> CommandLine {
        CommandLine(
            ["rclone", "bisync", job.local, "server:\(job.remote)", "--workdir", job.state] + extra,
            environment: RcloneEnvironment.variables(job.site))
    }

    static let lftp = SyncTool(.peer("lftp"), everywhere, [.push, .pull]) { direction, job in
        let ends = direction == .pull ? [job.remote, job.local] : [job.local, job.remote]
        let mirror = "mirror --parallel=16 --no-perms \(direction == .push ? "-R " : "")\(ends.joined(separator: " "))"
        let script = lftpSettings(job.site) + [lftpOpen(job.site), mirror]
        return CommandLine(
            ["lftp", "-c", script.joined(separator: "; ")],
            environment: ["LFTP_PASSWORD": job.site.login.password, "LFTP_HOME": job.state, "HOME": job.state])
    }

    private static func lftpSettings(_ site: Site) -> [String] {
        let common = ["cmd:fail-exit true", "net:max-retries 5", "net:reconnect-interval-base 1", "net:timeout 20"]
        let own =
            switch site.line.wire {
            case .sftp: ["sftp:connect-program 'ssh -a -x \(SSHOptions.text(site.login))'"]
            // EPSV: the address in a PASV reply would lead around the relay.
            case .ftp: ["ftp:prefer-epsv true", "ftp:use-mlsd true", "ftp:ssl-allow false"]
            case .ftps:
                [
                    "ftp:prefer-epsv true", "ftp:use-mlsd true", "ftp:ssl-force true",
                    "ftp:ssl-protect-data true", "ssl:ca-file \(site.login.caFile)",
                ]
            }
        return (common + own).map { "set \($0)" }
    }

    private static func lftpOpen(_ site: Site) -> String {
        site.line.wire == .sftp
            ? "open -u \(site.user), -p \(site.port) sftp://\(site.host)"
            : "open --env-password -u \(site.user) -p \(site.port) ftp://\(site.host)"
    }

    /// Its own protocol over ssh, with a server half that does part of the work.
    static let rsync = SyncTool(.reference("rsync"), [.sftp], [.push, .pull]) { direction, job in
        let ends = ["\(job.local)/", "\(job.site.user)@\(job.site.host):\(job.remote)/"]
        return CommandLine(
            ["rsync", "-rlt", "-e", "ssh -p \(job.site.port) \(SSHOptions.text(job.site.login))"]
                + (direction == .pull ? ends.reversed() : ends))
    }

    /// The same: a second unison works at the server.
    static let unison = SyncTool(.reference("unison"), [.sftp], [.sync]) { _, job in
        CommandLine(
            ["unison", job.local, "ssh://\(job.site.user)@\(job.site.host):\(job.site.port)/\(job.remote)"]
                + ["-ui", "text", "-batch", "-silent", "-times", "-confirmbigdel=false"]
                + ["-sshargs", SSHOptions.text(job.site.login)],
            environment: ["UNISON": job.state])
    }
}
