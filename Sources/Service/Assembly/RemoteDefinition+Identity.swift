public import Definitions
import Glibc

extension RemoteDefinition {
    /// Server and account, the same for every definition that means them: `sftp://user@host:22`.
    ///
    /// What servers count, and so what shares one cap, is a user at a host and port. The spelling of the host, a port
    /// that is the default, the folder, and how an FTP server is asked for TLS (`ftp`, `ftpes` and `ftps` at one port)
    /// make no difference; a name and the address that it stands for do, as nobody is asked to look it up.
    public var identity: String {
        if family == .sftp, ssh.transport == .command { return "command:\(ssh.command.joined(separator: " "))" }
        return "\(family.rawValue)://\(loginName)@\(canonicalHost):\(port)"
    }

    /// Names in lower case and without the dot of the root (RFC 4343), IPv6 addresses as RFC 5952 writes them.
    private var canonicalHost: String {
        let name = host.lowercased()
        guard name.contains(":") else { return name.hasSuffix(".") ? String(name.dropLast()) : name }
        var address = in6_addr()
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_pton(AF_INET6, name, &address) == 1,
            inet_ntop(AF_INET6, &address, &text, socklen_t(text.count)) != nil
        else { return "[\(name)]" }
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return "[\(String(decoding: bytes, as: UTF8.self))]"
    }

    /// Who logs in where nobody is named: anonymous with FTP, the user of this process with SSH.
    private var loginName: String {
        if let user { return user }
        guard family == .sftp else { return "anonymous" }
        return getpwuid(geteuid()).flatMap(\.pointee.pw_name).map { String(cString: $0) } ?? ""
    }
}
