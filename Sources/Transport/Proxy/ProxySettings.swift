public import FileModel

/// A proxy that outgoing connections of one remote go through.
public struct ProxySettings: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// HTTP CONNECT (RFC 9110 §9.3.6) with Basic authentication.
        case http
        /// SOCKS 4: IPv4 only; the name is resolved here.
        case socks4
        /// SOCKS 4A: the proxy resolves the name.
        case socks4a
        /// SOCKS 5 (RFC 1928) with user and password (RFC 1929); the proxy resolves the name.
        case socks5
    }

    public var kind: Kind
    public var endpoint: Endpoint
    public var user: String
    public var password: Secret?
    /// Windows domain of the user; sent as `DOMAIN\user`.
    public var domain: String

    public init(kind: Kind, endpoint: Endpoint, user: String = "", password: Secret? = nil, domain: String = "") {
        self.kind = kind
        self.endpoint = endpoint
        self.user = user
        self.password = password
        self.domain = domain
    }

    /// The user as the proxy shall read it.
    var login: String { domain.isEmpty ? user : "\(domain)\\\(user)" }

    func dialogue(to target: Endpoint) throws(StorageError) -> any ProxyDialogue {
        switch kind {
        case .http: HTTPConnectDialogue(self, target)
        case .socks4: try SOCKS4Dialogue(self, target, resolvesHere: true)
        case .socks4a: try SOCKS4Dialogue(self, target, resolvesHere: false)
        case .socks5: try SOCKS5Dialogue(self, target)
        }
    }

    /// The proxy itself cannot be reached; said so that nobody looks for the fault at the server.
    func unreachable(_ error: StorageError) -> StorageError {
        guard error.code == .unreachable || error.code == .timedOut else { return error }
        return StorageError(error.code, "the proxy of [remote.proxy] cannot be reached: \(error.message)")
    }

    func failure(_ code: StorageError.Code, _ words: String, reply: String? = nil) -> StorageError {
        StorageError(code, "the proxy \(endpoint) \(words)", serverReply: reply)
    }
}

extension ProxySettings: CustomStringConvertible {
    /// `the proxy 10.0.0.1:1080 (socks5)`, without user and password.
    public var description: String { "the proxy \(endpoint) (\(kind.rawValue))" }
}

/// What is said to a proxy until the tunnel stands: a pure value, driven by `ProxyHandler`.
protocol ProxyDialogue: Sendable {
    /// The first bytes to send.
    mutating func start() -> [UInt8]

    /// Looks at what arrived; consumes exactly the proxy's bytes and leaves those of the server behind it.
    mutating func received(_ bytes: inout ArraySlice<UInt8>) throws(StorageError) -> ProxyStep
}

enum ProxyStep: Hashable, Sendable {
    case needsMore
    case send([UInt8])
    case established
}
