import FileModel

/// What it means that the server refused AUTH, PROT or CCC (RFC 4217), and what the user can do.
enum ProtectionRefusal {
    static func authentication(_ command: AuthCommand, _ reply: Reply) -> StorageError {
        error(
            reply, "the server refuses AUTH \(command.rawValue)",
            "use implicit TLS on its port, or mode = \"if-available\" to do without")
    }

    /// - Parameter remedy: for a server that really gave TLS up.
    static func stripped(_ command: AuthCommand, _ reply: Reply, _ remedy: String) -> StorageError {
        error(
            reply, "the server offered TLS before, and refuses AUTH \(command.rawValue) now",
            "nothing was sent in clear, since somebody in between may be stripping the encryption; if the server really "
                + "gave TLS up, \(remedy)")
    }

    static func data(_ reply: Reply) -> StorageError {
        error(reply, "the server does not encrypt data connections", "set protect_data = false to accept that")
    }

    static func clearing(_ reply: Reply) -> StorageError {
        error(
            reply, "the server does not let the control connection go back to clear text (CCC)",
            "set clear_command_channel = false")
    }

    private static func error(_ reply: Reply, _ what: String, _ remedy: String) -> StorageError {
        StorageError(.tlsFailed, "\(what): \(reply); \(remedy)", serverReply: "\(reply)")
    }
}
