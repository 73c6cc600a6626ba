import Glibc

/// A mount and process namespace of its own for one server (unshare(1)).
///
/// Inside, /etc/passwd and its kin hold one more account, /etc/pam.d asks pam_unix(8) only, and /run is empty, so
/// that nothing of the machine is changed. All processes inside end with the first one.
struct Sandbox {
    let folder: TemporaryFolder

    /// Whether this user may make one: root, or whoever holds CAP_SYS_ADMIN.
    static func isPermitted() async -> Bool { await permission.value }

    private static let permission = Task {
        let probe = try? await run(
            ["unshare", "--mount", "--pid", "--fork", "mount", "-t", "tmpfs", "tmpfs", "/run"])
        return probe?.succeeded ?? false
    }

    /// Writes the private files.
    func prepare(_ account: TestAccount) async throws {
        let hash = try await account.passwordHash()
        try LocalFiles.makeDirectory(folder("etc"))
        try LocalFiles.makeDirectory(folder("etc/pam.d"))
        try derive("passwd", adding: account.passwdLine())
        try derive("group", adding: "\(account.name):x:\(account.uid):\n")
        try derive("shadow", adding: account.shadowLine(hash: hash), mode: 0o600)
        let rules = ["auth", "account", "session"].map { "\($0) required pam_unix.so\n" }.joined()
        for service in ["other", "sshd", "dropbear", "vsftpd", "pure-ftpd", "proftpd"] {
            try LocalFiles.write(rules, to: folder("etc/pam.d/\(service)"))
        }
    }

    private func derive(_ name: String, adding line: String, mode: mode_t = 0o644) throws {
        try LocalFiles.write(try LocalFiles.read("/etc/\(name)") + line, to: folder("etc/\(name)"), mode: mode)
    }

    /// Processes between the command and the program it runs inside: the shell, which is process 1 there, and the
    /// program. (Daemons are not written to be process 1 themselves.)
    static let depth = 2

    /// A command line that runs `arguments` inside.
    func wrap(_ arguments: [String]) -> [String] {
        let script = """
            set -e
            for name in passwd group shadow pam.d; do mount --bind "$1/etc/$name" "/etc/$name"; done
            mount -t tmpfs -o mode=755 tmpfs /run
            mkdir -p /run/sshd /run/pure-ftpd /run/proftpd
            shift
            "$@" || exit $?
            """
        return [
            "unshare", "--mount", "--pid", "--fork", "--kill-child=KILL", "sh", "-c", script, "sandbox",
            folder.path,
        ] + arguments
    }
}
