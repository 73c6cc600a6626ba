/// A host and a TCP port.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// A name, or an IPv4 or IPv6 address without brackets.
    public let host: String
    public let port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Which addresses of a name are tried.
public enum AddressFamily: String, Hashable, Sendable, CaseIterable {
    case any, ipv4, ipv6
}

/// How outgoing connections of one remote are made.
public struct DialOptions: Hashable, Sendable {
    public var addressFamily: AddressFamily
    /// Local address of outgoing connections; nil lets the kernel choose.
    public var bindAddress: String?
    /// For name resolution, TCP connect and proxy dialogue together.
    public var connectTimeout: Duration
    public var proxy: ProxySettings?

    public init(
        addressFamily: AddressFamily = .any, bindAddress: String? = nil, connectTimeout: Duration = .seconds(10),
        proxy: ProxySettings? = nil
    ) {
        self.addressFamily = addressFamily
        self.bindAddress = bindAddress
        self.connectTimeout = connectTimeout
        self.proxy = proxy
    }
}
