import FileModel

extension RemoteDefinition {
    /// A file of mounts.d that means this remote, with what differs from the defaults. Passwords are left out.
    ///
    /// - Parameter comments: lines to stand first.
    public func fileText(comments: [String]) -> String {
        var text = comments.map { "# \($0)\n" }.joined() + "\n[remote]\n"
        text += line("protocol", scheme.rawValue) + line("host", host) + "port = \(port)\n"
        if let user { text += line("user", user) }
        if folder != .login { text += line("path", Self.text(of: folder)) }
        if maximumConnections != 25 { text += "max_connections = \(maximumConnections)\n" }
        text += table("remote.auth", auth.identityFiles.isEmpty ? [] : [list("identity_files", auth.identityFiles)])
        text += scheme == .sftp ? table("remote.ssh", ssh.lines) : table("remote.tls", tls.lines(scheme))
        if scheme != .sftp, ftp.dataConnection != .auto {
            text += table("remote.ftp", [line("data_connection", ftp.dataConnection.rawValue)])
        }
        return text
    }

    private static func text(of folder: RemoteFolder) -> String {
        let description = folder.description
        return description.hasPrefix("~") ? "/" + description : description
    }

    private func table(_ name: String, _ lines: [String]) -> String {
        lines.isEmpty ? "" : "\n[\(name)]\n" + lines.joined()
    }
}

extension SSHDefinition {
    fileprivate var lines: [String] {
        var lines: [String] = []
        if transport != .libssh2 { lines.append(line("transport", transport.rawValue)) }
        if hostKey != .knownHosts { lines.append(line("host_key", hostKey.rawValue)) }
        lines.append(list("known_hosts", knownHosts))
        if !pins.isEmpty { lines.append(list("pin_sha256", pins)) }
        return lines
    }
}

extension TLSDefinition {
    fileprivate func lines(_ scheme: RemoteScheme) -> [String] {
        var lines: [String] = []
        if scheme == .ftp, mode == .never { lines.append(line("mode", "never")) }
        guard mode != .never else { return lines }
        if !protectData { lines.append("protect_data = false\n") }
        if trust != .system { lines.append(line("trust", trust.rawValue)) }
        if let caFile { lines.append(line("ca_file", caFile)) }
        if !pins.isEmpty { lines.append(list("pin_sha256", pins)) }
        if !checkHostname { lines.append("check_hostname = false\n") }
        if minimumVersion != .tls12 { lines.append(line("min_version", minimumVersion.rawValue)) }
        return lines
    }
}

private func line(_ key: String, _ value: String) -> String { "\(key) = \(quotedTOML(value))\n" }

private func list(_ key: String, _ values: [String]) -> String {
    "\(key) = [\(values.map(quotedTOML).joined(separator: ", "))]\n"
}

/// A basic string (TOML 1.0).
private func quotedTOML(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"", "\\": result += "\\\(scalar)"
        case _ where scalar.value < 0x20 || scalar.value == 0x7F:
            let digits = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
