import FileModel

/// [remote]: which server, and how many connections at which pace.
enum RemoteKeys {
    static let url = Key(
        "url", .text, default: "", example: "ftpes://reports@ftp.example.com:21/outgoing",
        "ftp:// (TLS if available), ftpes:// (explicit TLS), ftps:// (implicit TLS) or sftp://; the path is absolute on "
            + "the server, /~/x is below the login folder, none is the login folder. Or the five keys below")
    static let scheme = Key(
        "protocol", ValueFormat<RemoteScheme>.choice.optional, default: "", example: "sftp",
        "instead of the one in 'url'")
    static let host = Key(
        "host", .text, default: "", example: "ftp.example.com", "a name, an IPv4 or an IPv6 address")
    static let port = Key(
        "port", ValueFormat.optionalPort, default: "", example: 21, "21 for ftp and ftpes, 990 for ftps, 22 for sftp")
    static let user = Key("user", .word("user name", longest: 1024), default: "", example: "reports", "the login name")
    static let path = Key("path", .text, default: "", example: "/outgoing", "the folder on the server")
    static let addressFamily = Key(
        "address_family", ValueFormat<RemoteAddressFamily>.choice, default: "any", "addresses that are tried")
    static let bind = Key("bind", .address, default: "", example: "192.0.2.7", "local address of outgoing connections")
    static let maxConnections = Key(
        "max_connections", .number(1...25), default: 25,
        "the hard cap of sessions for everything on this machine that uses this server and user")
    static let maxDownloadStreams = Key(
        "max_download_streams", .number(1...64), default: 25,
        "connections that read files at the same time; with FTP each reads one")
    static let maxUploadStreams = Key(
        "max_upload_streams", .number(1...64), default: 25,
        "connections that write files at the same time; with FTP each writes one")
    static let timeout = Key("timeout", .duration(shortest...century), default: "10s", "for each command")
    static let connectTimeout = Key(
        "connect_timeout", .duration(shortest...century), default: "10s", "for a connection, its TLS and proxy included"
    )
    static let idleTimeout = Key(
        "idle_timeout", .duration(shortest...century), default: "60s", "after which unused connections are closed")
    static let keepalive = Key(
        "keepalive", .duration(), default: "30s", "between signs of life on idle connections; 0 is none")

    static let shortest = Duration.milliseconds(10)
    static let century = Duration.seconds(100 * 365 * 86_400)

    static let schema = TableSchema(
        "remote", "The server.",
        keys: [
            url.description, scheme.description, host.description, port.description, user.description, path.description,
            addressFamily.description, bind.description, maxConnections.description, maxDownloadStreams.description,
            maxUploadStreams.description, timeout.description, connectTimeout.description, idleTimeout.description,
            keepalive.description,
        ],
        tables: [
            RateLimitKeys.schema, AuthKeys.schema, TLSKeys.schema, SSHKeys.schema, FTPKeys.schema, ProxyKeys.schema,
        ])
}

/// rate_limit = { down, up }
enum RateLimitKeys {
    static let down = Key("down", .rate, default: "0", "bytes per second from the server; 0 is unlimited")
    static let up = Key("up", .rate, default: "0", "bytes per second to the server; 0 is unlimited")

    static let schema = TableSchema(
        "rate_limit", "Bandwidth. Mostly written as rate_limit = { down = \"2MiB\", up = \"500k\" } in [remote].",
        keys: [down.description, up.description])
}

extension ValueFormat where Value == Int? {
    fileprivate static let optionalPort = ValueFormat("a number from 1 to 65535", shape: .integer) {
        node throws(ValueProblem) in
        if case .string("") = node.value { return nil }
        return try ValueFormat<Int>.port.decode(node)
    }
}
