import FileModel

/// The program behind a server, as far as it tells and as far as it matters (measured, see docs/servers.md).
enum ServerSoftware: Hashable, Sendable {
    case proFTPD, vsftpd, pureFTPd, pyftpdlib, other

    /// - Parameter greeting: the 220 reply.
    init(greeting: Reply) {
        let text = greeting.text.lowercased()
        if text.contains("proftpd") {
            self = .proFTPD
        } else if text.contains("vsftpd") {
            self = .vsftpd
        } else if text.contains("pure-ftpd") {
            self = .pureFTPd
        } else if text.contains("pyftpdlib") {
            self = .pyftpdlib
        } else {
            self = .other
        }
    }

    /// vsftpd and Pure-FTPd take a doubled 0xFF for two bytes of the name; RFC 959 §5.3 and ProFTPD for one.
    var doublesIAC: Bool {
        switch self {
        case .vsftpd, .pureFTPd: false
        case .proFTPD, .pyftpdlib, .other: true
        }
    }

    /// Pure-FTPd stores `a ` as `a_`, and refuses backslashes; pyftpdlib puts U+FFFD in place of what is no UTF-8. A
    /// file under another name is worse than an error.
    func canCreate(_ name: FileName) -> Bool {
        switch self {
        case .pureFTPd:
            name.bytes.last != 32 && !name.bytes.contains { $0 < 32 || $0 == 127 || $0 == UInt8(ascii: "\\") }
        case .pyftpdlib: String(validating: name.bytes, as: UTF8.self) != nil
        case .proFTPD, .vsftpd, .other: true
        }
    }

    /// Whether bytes of an upload may arrive before the server has agreed to it, and the next EPSV right behind the end
    /// of a transfer. Proven for these; pyftpdlib under TLS now and then resets a data connection then.
    var servesWholeFiles: Bool {
        switch self {
        case .proFTPD, .vsftpd, .pureFTPd: true
        case .pyftpdlib, .other: false
        }
    }

    /// Whether a command that arrives while data moves does no harm: vsftpd lets it wait, ProFTPD denies it. Pure-FTPd
    /// and pyftpdlib give the transfer up.
    var bearsCommandsInTransfer: Bool { self == .proFTPD || self == .vsftpd }

    /// ProFTPD confirms a download when it has seen our end of the data connection close.
    var awaitsOurEndOfDownloads: Bool { self == .proFTPD }

    /// ProFTPD's SITE CHMOD splits its argument at white space and joins it with single spaces.
    func keepsSpaces(inSiteArgument path: RemotePath) -> Bool {
        let bytes = path.absolute
        if bytes.contains(9) || bytes.last == 32 { return false }
        return !zip(bytes, bytes.dropFirst()).contains { $0 == 32 && $1 == 32 }
    }

    /// Whether a download is best ended by ABOR while its data is still taken.
    ///
    /// Everybody notices a closed data connection, but under TLS ProFTPD may take it for a broken session (EPIPE in
    /// SSL_write) and leave, and Pure-FTPd may take long. ProFTPD in clear (sendfile) and vsftpd read ABOR only at the end.
    func heedsABOR(isEncrypted: Bool) -> Bool {
        switch self {
        case .pureFTPd: true
        case .proFTPD: isEncrypted
        case .vsftpd, .pyftpdlib, .other: false
        }
    }

    /// ProFTPD answers MLST for a link with the type of its target and the size and mode of the link.
    var resolvesLinkTypesInMLST: Bool { self == .proFTPD }
}
