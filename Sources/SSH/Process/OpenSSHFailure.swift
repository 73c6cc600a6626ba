import FileModel

/// What the words of a failed `ssh` mean.
enum OpenSSHFailure {
    /// Matched in this order against the lines that ssh wrote; the first hit decides.
    private static let table: [(words: String, code: StorageError.Code, remedy: String)] = [
        ("REMOTE HOST IDENTIFICATION HAS CHANGED", .hostKeyRejected, "the host key has changed"),
        ("REVOKED HOST KEY", .hostKeyRejected, "the host key is revoked"),
        ("Host key verification failed", .hostKeyRejected, "the host key is not trusted: add it to known_hosts"),
        ("host key is known for", .hostKeyRejected, "the host key is not trusted: add it to known_hosts"),
        (
            "Permission denied (", .loginFailed,
            "the login was refused: ssh needs a key or an agent that the server accepts"
        ),
        ("Too many authentication failures", .loginFailed, "the login was refused: name the key with identity_files"),
        ("Could not resolve hostname", .unreachable, "cannot find the address of the host: check the host name"),
        ("Connection refused", .unreachable, "connection refused (is the server running, and is the port right?)"),
        ("No route to host", .unreachable, "no route to the host"),
        ("Network is unreachable", .unreachable, "no route to the host"),
        ("timed out", .timedOut, "the server did not answer in time"),
        ("subsystem request failed", .configuration, "the server has no SFTP subsystem"),
        ("Bad configuration option", .configuration, "ssh_config(5) holds a mistake"),
    ]

    /// - Parameters:
    ///   - peer: the server as messages name it.
    ///   - lines: what ssh wrote to its standard errors.
    static func error(peer: String, end: ProgramEnd?, lines: [String]) -> StorageError {
        for row in table {
            if let line = lines.first(where: { $0.contains(row.words) }) {
                return StorageError(row.code, "\(peer): \(row.remedy)", serverReply: "ssh: \(line)")
            }
        }
        guard let line = lines.last else {
            let how = end.map { " (\($0))" } ?? ""
            return StorageError(.connectionLost, "ssh ended the connection to \(peer)\(how)")
        }
        return StorageError(.connectionLost, "the connection to \(peer) was lost", serverReply: "ssh: \(line)")
    }
}
