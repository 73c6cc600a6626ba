/// [remote.ssh]
enum SSHKeys {
    static let transport = Key(
        "transport", ValueFormat<SSHTransport>.choice, default: "libssh2",
        "built in, the ssh program with its own configuration, or a command of yours")
    static let command = Key(
        "command", ValueFormat.text.list("a program and its arguments as a list"), default: [],
        example: ["/usr/lib/openssh/sftp-server"],
        "for transport = \"command\": a program that speaks SFTP on its standard streams")
    static let hostKey = Key(
        "host_key", ValueFormat<HostKeyPolicy>.choice, default: "known-hosts",
        "how the server proves who it is; \"any\" is no protection and warns at every start")
    static let knownHosts = Key(
        "known_hosts", ValueFormat.text.list("a list of files"),
        default: ["~/.ssh/known_hosts", "/etc/ssh/ssh_known_hosts"], "files in the format of sshd(8)")
    static let pins = Key(
        "pin_sha256", ValueFormat.hostKeyPin.list("a list of SHA-256 fingerprints"), default: [],
        "of the host key, as ssh-keygen -l prints it, for host_key = \"pin\"")
    static let config = Key(
        "config", ValueFormat.text.list("a list of files"), default: ["~/.ssh/config", "/etc/ssh/ssh_config"],
        "files in the format of ssh_config(5); libssh2 heeds Host, HostName, Port, User, IdentityFile, IdentitiesOnly, "
            + "IdentityAgent, UserKnownHostsFile, HostKeyAlias and Include, and openssh reads one file; [] reads none")
    static let compression = Key("compression", .flag, default: false, "worth it on very slow lines only")

    static let schema = TableSchema(
        "ssh", "The connection below SFTP.",
        keys: [
            transport.description, command.description, hostKey.description, knownHosts.description, pins.description,
            config.description, compression.description,
        ])
}
