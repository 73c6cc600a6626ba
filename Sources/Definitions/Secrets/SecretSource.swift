public import FileModel

/// Where a secret is kept. Nothing is read before a `SecretResolver` is asked.
public enum SecretSource: Hashable, Sendable {
    /// An absolute path; the first line of the file.
    case file(String)
    case environment(String)
    /// Program and arguments; the first line that it prints.
    case command([String])
    /// A name below `$CREDENTIALS_DIRECTORY` (systemd.exec(5), LoadCredential=).
    case credential(String)
    /// An absolute path; the entry of the host.
    case netrc(String)
    case inline(Secret)
}
