/// Our own program: its addresses, options and environment.
enum SyncctlOptions {
    /// - Parameter path: as the server's clients name it.
    static func url(_ site: Site, _ path: String) -> String {
        let scheme =
            switch site.line.wire {
            case .sftp: "sftp"
            case .ftp: "ftp"
            case .ftps: "ftpes"
            }
        return "\(scheme)://\(site.user)@\(site.host):\(site.port)\(path)"
    }

    /// - Parameter state: a folder for archives, slots and caches, so that runs do not see each other.
    static func words(_ site: Site, state: String) -> [String] {
        let keys =
            switch site.line.wire {
            case .sftp: ["auth.identity_files=\(site.login.keyFile)", "ssh.known_hosts=\(site.login.knownHostsFile)"]
            case .ftp: [String]()
            case .ftps: ["tls.trust=ca-file", "tls.ca_file=\(site.login.caFile)"]
            }
        return ["--state", state] + keys.flatMap { ["-o", $0] }
    }

    static func environment(_ site: Site) -> [String: String] {
        site.line.wire == .sftp ? [:] : ["SYNCCTL_PASSWORD_FILE": site.login.passwordFile]
    }
}
