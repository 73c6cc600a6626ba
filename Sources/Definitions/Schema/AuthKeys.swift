/// [remote.auth]: who logs in, and where the secret is.
enum AuthKeys {
    static let anonymous = Key("anonymous", .flag, default: false, "log in as anonymous (FTP)")
    static let account = Key(
        "account", .word("account", longest: 1024), default: "", "sent by ACCT when the server asks (FTP)")
    static let passwordFile = Key(
        "password_file", .text, default: "", example: "credentials/prod",
        "a file that only its owner can read (chmod 600); its first line is the password")
    static let passwordCommand = Key(
        "password_command", ValueFormat.text.list("a program and its arguments as a list"), default: [],
        example: ["pass", "show", "ftp/prod"], "prints the password as its first line")
    static let passwordEnvironment = Key(
        "password_env", .text, default: "", example: "PROD_PASSWORD", "an environment variable that holds the password")
    static let credential = Key(
        "credential", .text, default: "", example: "prod", "the name of a systemd credential (LoadCredential=)")
    static let netrc = Key("netrc", .text, default: "", example: "~/.netrc", "a netrc file with an entry for the host")
    static let password = Key(
        "password", .word("password", longest: 4096), default: "",
        "the password itself; the definition must then be readable by its owner only")
    static let methods = Key(
        "methods", ValueFormat<AuthenticationMethod>.choice.list("a list of login methods"),
        default: ["agent", "publickey", "keyboard-interactive", "password"], "in the order they are tried (SFTP)")
    static let identityFiles = Key(
        "identity_files", ValueFormat.text.list("a list of files"), default: [], example: ["~/.ssh/id_ed25519"],
        "private keys; none means the usual names in ~/.ssh (SFTP)")
    static let passphraseFile = Key(
        "passphrase_file", .text, default: "", "like password_file, for encrypted private keys (SFTP)")

    static let schema = TableSchema(
        "auth", "Login. At most one of the password sources may be given.",
        keys: [
            anonymous.description, account.description, passwordFile.description, passwordCommand.description,
            passwordEnvironment.description, credential.description, netrc.description, password.description,
            methods.description, identityFiles.description, passphraseFile.description,
        ])

    static let sftpOnly = [methods.name, identityFiles.name, passphraseFile.name]
    static let ftpOnly = [anonymous.name, account.name]
}
