import TestServers

/// What each program needs to log in, as files: no password stands on a command line.
struct Login: Sendable {
    let passwordFile: String
    let password: String
    /// rclone's configuration, with one remote called `server`.
    let rcloneConfiguration: String
    /// Empty where the protocol has none.
    let keyFile: String
    let knownHostsFile: String
    let caFile: String

    init(_ server: TestServer, host: String, wire: WireProtocol, folder: String) async throws {
        passwordFile = "\(folder)/password"
        rcloneConfiguration = "\(folder)/rclone.conf"
        password = server.password ?? ""
        keyFile = server.privateKeyFile ?? ""
        knownHostsFile = server.knownHostsFile ?? ""
        caFile = server.caFile ?? ""
        try Disk.makeFolder(folder)
        try Disk.write(password + "\n", to: passwordFile, mode: 0o600)
        let lines = try await rcloneLines(server, host, wire)
        try Disk.write(lines.joined(separator: "\n") + "\n", to: rcloneConfiguration, mode: 0o600)
    }

    private func rcloneLines(_ server: TestServer, _ host: String, _ wire: WireProtocol) async throws -> [String] {
        let common = ["[server]", "host = \(host)", "port = \(server.port)", "user = \(server.user)"]
        guard wire != .sftp else {
            return common + ["type = sftp", "key_file = \(keyFile)", "known_hosts_file = \(knownHostsFile)"]
        }
        let obscured = try await run(["rclone", "obscure", password])
        let secret = obscured.output.split(separator: "\n").first.map { "pass = \($0)" } ?? ""
        return common + ["type = ftp", "explicit_tls = \(wire == .ftps)", secret]
    }
}
