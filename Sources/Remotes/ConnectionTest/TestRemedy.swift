import FileModel

/// What a user can do about a step that failed: one sentence.
struct TestRemedy {
    let step: TestStep
    let error: StorageError
    let family: ProtocolFamily
    /// The test file.
    let file: RemotePath
    /// The server named another address for data than that of its control connection.
    let dataIsElsewhere: Bool

    /// nil where there is nothing to advise: the user stopped the test.
    var sentence: String? {
        switch step {
        case .resolve: "Check the spelling of the host name, and that this machine's DNS knows it."
        case .connect: connect
        case .greeting: greeting
        case .tls: tls
        case .hostKey: hostKey
        case .login: login
        case .sftp: sftp
        case .folder: folder
        case .data, .list: reading
        case .upload: writing
        case .download: [.corrupted, .notFound].contains(error.code) ? corrupted : transfer ?? reading
        case .delete:
            "Remove \(file.name?.description ?? "the test file") by hand, and ask for the right to delete: no sync can replace files without it."
        }
    }

    // MARK: Before the login

    private var connect: String? {
        switch error.code {
        case .cancelled: nil
        case .timedOut:
            "Nothing answers: check host and port, and whether a firewall between here and there lets them through."
        case .tooManyConnections: limit
        default: "Check the port, that the server is running, and that no firewall refuses it."
        }
    }

    private var greeting: String? {
        if let protocolOnPort { return protocolOnPort }
        return switch error.code {
        case .cancelled: nil
        case .tooManyConnections: limit
        case .timedOut, .connectionLost:
            "What listens on this port says nothing: where it wants TLS from the first byte use ftps://, else check the port."
        default: "Check that the port is that of an FTP server and that the server lets this machine in."
        }
    }

    /// Another protocol's first words say what it is.
    private var protocolOnPort: String? {
        let words = [error.message, error.serverReply ?? ""].joined(separator: " ")
        if family == .ftp, words.contains("SSH-") { return "This port speaks SSH: use sftp:// with this port." }
        if words.contains("HTTP/") || words.contains("<html") {
            return "A web server listens on this port: use the file server's own port."
        }
        let reply = error.serverReply ?? ""
        if family == .sftp, reply.hasPrefix("220 ") || reply.hasPrefix("220-") {
            return "This port speaks FTP: use ftpes:// with this port, or the port of the SSH server."
        }
        return nil
    }

    private var tls: String? {
        if error.code == .cancelled { return nil }
        if error.message.contains("certificate of") || error.message.contains("trusted") {
            return
                "If this certificate is the server's own (compare the fingerprint with its operator), accept it with "
                + "`syncctl trust`; otherwise somebody else is answering."
        }
        if error.serverReply != nil {
            return
                "The server does not offer TLS here: try ftps:// on its own port, or ftp:// if no secret is at stake."
        }
        return "Check that this port offers TLS in this way: ftpes:// asks for it by command, ftps:// starts with it, "
            + "ftp:// does without where there is none."
    }

    private var hostKey: String? {
        if let protocolOnPort { return protocolOnPort }
        return switch error.code {
        case .cancelled: nil
        case .hostKeyRejected:
            "If the fingerprint is the server's own (compare it with its operator), accept the key with `syncctl trust`."
        case .tooManyConnections: limit
        case .timedOut, .protocolViolation:
            "Check that the port is that of an SSH server; if it is, try transport = \"openssh\" in [remote.ssh]."
        default: "The server or something in front of it turns this machine away: check its access rules and the port."
        }
    }

    // MARK: Login

    private var login: String? {
        switch error.code {
        case .cancelled: nil
        case .tooManyConnections: limit
        case .tlsFailed: "Use ftpes:// (explicit TLS): the server takes no password in clear."
        case .timedOut: "The server takes too long over the login: try again, or raise timeout in [remote]."
        case .loginFailed where error.message.contains("RSA"):
            "Use an ed25519 or ecdsa key (ssh-keygen -t ed25519), or transport = \"openssh\" in [remote.ssh]."
        case .loginFailed where family == .sftp && error.message.contains("name the right one with identity_files"):
            "Name the right key with identity_files in [remote.auth] (a .pub file will do for a key of an agent)."
        case .loginFailed where family == .sftp && error.message.contains("the server asked"):
            "The server asks for more than a password: use a key, or transport = \"openssh\" in [remote.ssh]."
        case .loginFailed where family == .sftp && error.message.contains("nothing is configured"):
            "Give what the server asks for: a key with identity_files in [remote.auth], or a password."
        default: "Check user and password: it was tried once, and not again, so that the account is not locked."
        }
    }

    private var limit: String {
        "The server takes no more sessions: close other programs that use it, lower max_connections, or wait a little."
    }

    private var sftp: String? {
        error.code == .cancelled
            ? nil : "The login works, SFTP does not: ask for the sftp subsystem to be switched on for this account."
    }

    // MARK: Work

    private var folder: String? {
        switch error.code {
        case .cancelled: nil
        case .permissionDenied: "Ask for the right to open this folder, or name another one."
        case .rootMissing, .notFound, .notDirectory:
            "Check the path (/x starts at the server's root, /~/x at the login folder), or create the folder there."
        default: "The login works, the folder does not open: check the path."
        }
    }

    /// A data connection that does not come about, or through which nothing comes.
    private var transfer: String? {
        switch error.code {
        case .dataConnectionFailed where dataIsElsewhere:
            "The server names an address behind NAT: set fix_passive_address = \"always\" in [remote.ftp], or have it "
                + "name its public one."
        case .dataConnectionFailed, .timedOut:
            family == .ftp
                ? "Commands work and transfers do not: open the server's passive ports in the firewalls and the router "
                    + "in front of it, or try data_connection = \"pasv\" in [remote.ftp]."
                : "The server stopped answering in mid-transfer: check the line and its disk."
        case .connectionLost where step == .data:
            "Something on the way cuts connections for data: open the server's passive ports in the firewalls."
        case .tlsFailed:
            "Set session_resumption = \"auto\" in [remote.tls], and let no firewall inspect the ports for data."
        default: nil
        }
    }

    private var reading: String? {
        if error.code == .cancelled { return nil }
        return transfer
            ?? (error.code == .permissionDenied
                ? "Ask for the right to read this folder."
                : "The folder opens and cannot be read: the server's reply says why.")
    }

    private var writing: String? {
        switch error.code {
        case .cancelled: nil
        case .noSpace: "Free some room on the server, or have the quota raised."
        case .permissionDenied, .readOnly, .failed, .unsupported, .notFound:
            "Reading works and writing does not: ask for the right to write, or test with --read-only if none is needed."
        case .corrupted: corrupted
        default: transfer ?? "Reading works and writing does not: the server's reply says why."
        }
    }

    private var corrupted: String {
        "The server confirmed bytes that it did not store: look for a full disk, blocked passive ports, or a proxy or "
            + "virus scanner that changes what passes."
    }
}
