import FileModel

/// What no single key can tell: keys that contradict each other, or that weaken the protection.
struct RemoteChecks {
    let reader: TableReader
    let remote: RemoteDefinition
    let address: RemoteAddress
    let context: DecodingContext

    private var findings: Findings { reader.findings }
    private var auth: TableReader { reader.nested(AuthKeys.schema) }
    private var tls: TableReader { reader.nested(TLSKeys.schema) }
    private var ftp: TableReader { reader.nested(FTPKeys.schema) }
    private var ssh: TableReader { reader.nested(SSHKeys.schema) }

    func run() {
        checkFamily()
        checkLogin()
        checkLengths()
        if remote.family == .ftp {
            if isTLSModeClear() { checkPort() }
            checkTrust()
            checkTLSDetails()
            checkFolder()
            checkDataConnection()
        } else {
            checkTransport()
            checkHostKey()
        }
    }

    /// Keys of one protocol in the definition of the other, unless they say no more than the default.
    private func checkFamily() {
        let isFTP = remote.family == .ftp
        let (other, own) = isFTP ? ("SFTP", "FTP") : ("FTP", "SFTP")
        let foreign =
            (isFTP ? [ssh] : [tls, reader.nested(FTPKeys.schema)]).flatMap { table in
                table.schema.keys.map { (table, $0) }
            }
            + auth.schema.keys.filter { (isFTP ? AuthKeys.sftpOnly : AuthKeys.ftpOnly).contains($0.name) }.map {
                (auth, $0)
            }
        for (table, key) in foreign {
            guard let entry = table.table[key.name], entry.node.asTOML != key.fallbackText else { continue }
            findings.error("'\(key.name)' is for \(other), and this remote speaks \(own)", at: entry.nameSpan)
        }
    }

    private func checkLogin() {
        guard remote.auth.anonymous, remote.family == .ftp, let user = address.user, user != "anonymous" else { return }
        findings.error(
            "anonymous = true, and a user name as well", at: auth.namePlace(of: AuthKeys.anonymous.name),
            label: "keep one of the two")
    }

    /// No server takes more, and a login with half a name would be refused for reasons that nobody understands.
    private func checkLengths() {
        let folder = reader.has(RemoteKeys.path) ? reader.place(of: RemoteKeys.path) : address.urlPlace
        if let name = remote.folder.path.components.map(\.bytes.count).max(), name > Self.longestName {
            findings.error(
                "a name in the folder is \(name) bytes long; servers take at most \(Self.longestName)", at: folder)
        } else if remote.folder.path.bytes.count > Self.longestPath {
            findings.error(
                "the folder is \(remote.folder.path.bytes.count) bytes long; servers take at most \(Self.longestPath)",
                at: folder)
        }
        if let user = remote.user, user.utf8.count > Self.longestName {
            let place = reader.has(RemoteKeys.user) ? reader.place(of: RemoteKeys.user) : address.urlPlace
            findings.error(
                "the user name is \(user.utf8.count) bytes long; servers take at most \(Self.longestName)", at: place)
        }
        if case .inline(let password)? = remote.auth.password, password.revealed.utf8.count > Self.longestPassword {
            let isOwnKey = auth.has(AuthKeys.password)
            findings.error(
                "the password is longer than \(Self.longestPassword) bytes",
                at: isOwnKey ? auth.namePlace(of: AuthKeys.password.name) : address.urlPlace)
        }
    }

    /// NAME_MAX and PATH_MAX of Linux (limits.h); no FTP or SSH server in use has a longer user name.
    private static let longestName = 255
    private static let longestPath = 4095
    /// OpenSSH reads no more (readpass.c), nor does any FTP server's command line.
    private static let longestPassword = 1024

    private func checkPort() {
        let place = reader.has(RemoteKeys.port) ? reader.place(of: RemoteKeys.port) : address.urlPlace
        switch (remote.port, remote.tls.mode) {
        case (990, .explicit), (990, .ifAvailable):
            findings.warning(
                "port 990 is for implicit TLS, and the mode is \(remote.tls.mode.rawValue)", at: place,
                label: "did you mean ftps://?")
        case (21, .implicit):
            findings.warning(
                "port 21 is for plain FTP and explicit TLS, and the mode is implicit", at: place,
                label: "did you mean ftpes://?")
        default: break
        }
    }

    /// ftpes:// and ftps:// already say what the mode is; only the command line may say otherwise.
    private func isTLSModeClear() -> Bool {
        let fromScheme = TLSMode(remote.scheme)
        let isContradiction = remote.scheme != .ftp && remote.tls.mode != fromScheme
        guard isContradiction, tls.namePlace(of: TLSKeys.mode.name)?.source.isArgument != true else { return true }
        findings.error(
            "\(remote.scheme.rawValue):// means \(fromScheme.rawValue) TLS, and mode says \(remote.tls.mode.rawValue)",
            at: tls.place(of: TLSKeys.mode), label: "use ftp:// to choose the mode here")
        return false
    }

    private func checkTrust() {
        switch remote.tls.trust {
        case .any:
            findings.warning(
                "trust = \"any\" accepts every certificate: nobody can tell the server from an impostor",
                at: tls.place(of: TLSKeys.trust))
        case .caFile where remote.tls.caFile == nil:
            findings.error("trust = \"ca-file\" needs 'ca_file'", at: tls.place(of: TLSKeys.trust))
        case .pin where remote.tls.pins.isEmpty:
            findings.error("trust = \"pin\" needs 'pin_sha256'", at: tls.place(of: TLSKeys.trust))
        default: break
        }
        if remote.tls.caFile != nil, remote.tls.trust != .caFile {
            findings.warning(
                "'ca_file' is not used", at: tls.namePlace(of: TLSKeys.caFile.name),
                label: "it needs trust = \"ca-file\"")
        }
        if !remote.tls.pins.isEmpty, remote.tls.trust != .pin {
            findings.warning(
                "'pin_sha256' is not used", at: tls.namePlace(of: TLSKeys.pins.name), label: "it needs trust = \"pin\"")
        }
    }

    private func checkTLSDetails() {
        if remote.tls.minimumVersion > remote.tls.maximumVersion {
            findings.error("'min_version' is above 'max_version'", at: tls.place(of: TLSKeys.minVersion))
        }
        if remote.tls.clearCommandChannel, !remote.tls.protectData {
            findings.warning(
                "with clear_command_channel and without protect_data only the login is encrypted",
                at: tls.namePlace(of: TLSKeys.clearCommandChannel.name))
        }
        if remote.tls.clientKey != nil, remote.tls.clientCertificate == nil {
            findings.error("'client_key' needs 'client_certificate'", at: tls.namePlace(of: TLSKeys.clientKey.name))
        }
    }

    /// FTP is spoken in lines (RFC 959 §5.3.1).
    private func checkFolder() {
        guard remote.folder.path.bytes.contains(where: { $0 == 10 || $0 == 13 }) else { return }
        findings.error(
            "the folder holds a line break, which FTP cannot say",
            at: reader.has(RemoteKeys.path) ? reader.place(of: RemoteKeys.path) : address.urlPlace)
    }

    private func checkDataConnection() {
        let mode = remote.ftp.dataConnection
        let isActive = mode == .port || mode == .eprt
        let place = ftp.place(of: FTPKeys.dataConnection)
        if isActive, remote.proxy != nil {
            findings.error(
                "data_connection = \"\(mode.rawValue)\" cannot be used with a proxy: the server would have to connect to "
                    + "this machine", at: place, label: "use \"auto\"")
        }
        if mode == .port, remote.addressFamily == .ipv6 {
            findings.error("PORT knows no IPv6", at: place, label: "use \"eprt\"")
        }
        if !isActive, remote.ftp.activeAddress != nil {
            findings.warning(
                "'active_address' is not used", at: ftp.namePlace(of: FTPKeys.activeAddress.name),
                label: "it needs data_connection = \"port\" or \"eprt\"")
        }
    }

    private func checkTransport() {
        if remote.ssh.transport == .command, remote.ssh.command.isEmpty {
            findings.error("transport = \"command\" needs 'command'", at: ssh.place(of: SSHKeys.transport))
        }
        if remote.ssh.transport != .command, !remote.ssh.command.isEmpty {
            findings.error(
                "'command' is not used", at: ssh.namePlace(of: SSHKeys.command.name),
                label: "it needs transport = \"command\"")
        }
    }

    private func checkHostKey() {
        switch remote.ssh.hostKey {
        case .any:
            findings.warning(
                "host_key = \"any\" accepts every host key: nobody can tell the server from an impostor",
                at: ssh.place(of: SSHKeys.hostKey))
        case .pin where remote.ssh.pins.isEmpty:
            findings.error("host_key = \"pin\" needs 'pin_sha256'", at: ssh.place(of: SSHKeys.hostKey))
        default: break
        }
        if !remote.ssh.pins.isEmpty, remote.ssh.hostKey != .pin {
            findings.warning(
                "'pin_sha256' is not used", at: ssh.namePlace(of: SSHKeys.pins.name),
                label: "it needs host_key = \"pin\"")
        }
    }
}
