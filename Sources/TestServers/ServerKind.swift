/// The servers that tests talk to.
public enum ServerKind: String, Sendable, CaseIterable {
    case openSSH, proFTPD, vsftpd, pureFTPd, pyftpdlib
    /// SFTP servers that are not OpenSSH's. (dropbear leaves the subsystem to OpenSSH's sftp-server.)
    case dropbear, proFTPDSFTP, asyncSSH, paramiko

    /// Whether clients speak FTP to it.
    public var isFTP: Bool { [.proFTPD, .vsftpd, .pureFTPd, .pyftpdlib].contains(self) }

    /// Why this server cannot run on this machine; nil when it can.
    public func missing() async -> String? {
        guard program != nil else { return "\(rawValue) is not installed: run make setup" }
        let needsSandbox: Set<ServerKind> = [.vsftpd, .pureFTPd, .dropbear]
        if needsSandbox.contains(self), await !Sandbox.isPermitted() {
            return "\(rawValue) needs root, or CAP_SYS_ADMIN"
        }
        return nil
    }

    /// The daemon's file, or the library that a script of ours makes a daemon; nil when it is not installed.
    var program: String? { candidates.first(where: LocalFiles.exists) }

    private var candidates: [String] {
        let fetched = Self.fetchedServers + "/usr/sbin/"
        switch self {
        case .openSSH: return ["/usr/sbin/sshd"]
        case .proFTPD: return ["/usr/sbin/proftpd"]
        case .proFTPDSFTP: return LocalFiles.exists("/usr/lib/proftpd/mod_sftp.so") ? ["/usr/sbin/proftpd"] : []
        case .dropbear: return ["/usr/sbin/dropbear"]
        case .asyncSSH: return ["/usr/lib/python3/dist-packages/asyncssh"]
        case .paramiko: return ["/usr/lib/python3/dist-packages/paramiko"]
        case .pyftpdlib: return ["/usr/lib/python3/dist-packages/pyftpdlib"]
        case .vsftpd: return [fetched + "vsftpd", "/usr/sbin/vsftpd"]
        case .pureFTPd: return [fetched + "pure-ftpd", "/usr/sbin/pure-ftpd"]
        }
    }

    /// Where `scripts/setup` unpacks the packages that conflict with an installed one.
    private static let fetchedServers: String = {
        if let chosen = environment("REMORA_TEST_SERVERS") { return chosen }
        let caches = environment("XDG_CACHE_HOME") ?? (environment("HOME") ?? "/root") + "/.cache"
        return caches + "/remora-test-servers"
    }()
}

/// How an FTP server offers TLS.
public enum ServerTLS: String, Sendable, CaseIterable {
    case none
    /// AUTH TLS; a login in clear is refused.
    case explicit
    /// TLS from the first byte.
    case implicit
}

/// A server that could not be started.
public struct ServerFailure: Error, CustomStringConvertible {
    public let description: String
}
