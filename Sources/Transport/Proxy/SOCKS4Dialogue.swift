import FileModel
import NIOCore

/// SOCKS 4 and 4A: one request, an answer of eight bytes.
struct SOCKS4Dialogue: ProxyDialogue {
    private let settings: ProxySettings
    private let target: Endpoint
    private let request: [UInt8]

    /// - Parameter resolvesHere: SOCKS 4, which has no room for a name: `target` must be an IPv4 address.
    init(_ settings: ProxySettings, _ target: Endpoint, resolvesHere: Bool) throws(StorageError) {
        self.settings = settings
        self.target = target
        let port = [UInt8(target.port >> 8 & 0xFF), UInt8(target.port & 0xFF)]
        let head: [UInt8] = [4, 1] + port
        if let address = ipv4Bytes(target.host) {
            request = head + address + settings.login.utf8 + [0]
        } else if !resolvesHere {
            request = head + [0, 0, 0, 1] + settings.login.utf8 + [0] + target.host.utf8 + [0]
        } else {
            throw settings.failure(.configuration, "speaks SOCKS 4, which reaches IPv4 addresses only: use socks5")
        }
    }

    mutating func start() -> [UInt8] { request }

    mutating func received(_ bytes: inout ArraySlice<UInt8>) throws(StorageError) -> ProxyStep {
        guard bytes.count >= 8 else { return .needsMore }
        let answer = Array(bytes.prefix(8))
        bytes = bytes.dropFirst(8)
        guard answer[0] == 0 else { throw settings.failure(.protocolViolation, "does not speak SOCKS 4") }
        switch answer[1] {
        case 0x5A: return .established
        case 0x5C, 0x5D: throw settings.failure(.proxyRefused, "refuses the user of [remote.proxy]")
        default: throw settings.failure(.unreachable, "could not or would not connect to \(target)")
        }
    }
}

/// The four bytes of a dotted IPv4 address; nil for anything else.
func ipv4Bytes(_ host: String) -> [UInt8]? {
    guard case .v4(let address)? = try? SocketAddress(ipAddress: host, port: 0) else { return nil }
    return withUnsafeBytes(of: address.address.sin_addr) { Array($0) }
}

/// The sixteen bytes of an IPv6 address; nil for anything else.
func ipv6Bytes(_ host: String) -> [UInt8]? {
    guard case .v6(let address)? = try? SocketAddress(ipAddress: host, port: 0) else { return nil }
    return withUnsafeBytes(of: address.address.sin6_addr) { Array($0) }
}
