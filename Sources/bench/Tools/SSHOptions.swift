/// Options of ssh(1) that make it use the test's key and nothing of this machine's configuration.
enum SSHOptions {
    /// `-o` options; sshfs takes the same ones.
    static func words(_ login: Login) -> [String] {
        [
            "-F", "/dev/null", "-o", "IdentityFile=\(login.keyFile)", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
            "-o", "UserKnownHostsFile=\(login.knownHostsFile)",
        ]
    }

    static func text(_ login: Login) -> String { words(login).joined(separator: " ") }
}
