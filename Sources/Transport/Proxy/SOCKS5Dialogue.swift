import FileModel

/// SOCKS 5 (RFC 1928): method, login (RFC 1929) where wanted, CONNECT.
struct SOCKS5Dialogue: ProxyDialogue {
    private enum State {
        /// Waits for the chosen method (2 bytes).
        case greeted
        /// Waits for the verdict on user and password (2 bytes).
        case loggingIn
        /// Waits for the answer to CONNECT (at least 7 bytes).
        case connecting
    }

    private let settings: ProxySettings
    private let target: Endpoint
    private var state = State.greeted

    /// - Throws: `.configuration` when a name or password is longer than the protocol can carry (255 bytes).
    init(_ settings: ProxySettings, _ target: Endpoint) throws(StorageError) {
        for text in [settings.login, settings.password?.revealed ?? "", target.host] where text.utf8.count > 255 {
            throw settings.failure(
                .configuration, "speaks SOCKS 5, which carries hosts, users and passwords of at most 255 bytes")
        }
        self.settings = settings
        self.target = target
    }

    mutating func start() -> [UInt8] { settings.user.isEmpty ? [5, 1, 0] : [5, 2, 0, 2] }

    mutating func received(_ bytes: inout ArraySlice<UInt8>) throws(StorageError) -> ProxyStep {
        switch state {
        case .greeted: try methodChosen(&bytes)
        case .loggingIn: try verdictReceived(&bytes)
        case .connecting: try answerReceived(&bytes)
        }
    }

    private mutating func methodChosen(_ bytes: inout ArraySlice<UInt8>) throws(StorageError) -> ProxyStep {
        guard let answer = take(2, from: &bytes) else { return .needsMore }
        guard answer[0] == 5 else { throw settings.failure(.protocolViolation, "does not speak SOCKS 5") }
        switch answer[1] {
        case 0:
            state = .connecting
            return .send(connectRequest)
        case 2 where !settings.user.isEmpty:
            state = .loggingIn
            let user = Array(settings.login.utf8)
            let password = Array((settings.password?.revealed ?? "").utf8)
            return .send([1, UInt8(user.count)] + user + [UInt8(password.count)] + password)
        default:
            throw settings.failure(
                .proxyRefused, "wants a user and password: set [remote.proxy] user and password_file")
        }
    }

    private mutating func verdictReceived(_ bytes: inout ArraySlice<UInt8>) throws(StorageError) -> ProxyStep {
        guard let answer = take(2, from: &bytes) else { return .needsMore }
        guard answer[1] == 0 else {
            throw settings.failure(.proxyRefused, "refuses the user or password of [remote.proxy]")
        }
        state = .connecting
        return .send(connectRequest)
    }

    private var connectRequest: [UInt8] {
        let address: [UInt8]
        if let bytes = ipv4Bytes(target.host) {
            address = [1] + bytes
        } else if let bytes = ipv6Bytes(target.host) {
            address = [4] + bytes
        } else {
            address = [3, UInt8(target.host.utf8.count)] + target.host.utf8
        }
        return [5, 1, 0] + address + [UInt8(target.port >> 8 & 0xFF), UInt8(target.port & 0xFF)]
    }

    private mutating func answerReceived(_ bytes: inout ArraySlice<UInt8>) throws(StorageError) -> ProxyStep {
        guard bytes.count >= 5 else { return .needsMore }
        let head = Array(bytes.prefix(5))
        guard head[0] == 5 else { throw settings.failure(.protocolViolation, "does not speak SOCKS 5") }
        guard head[1] == 0 else {
            throw settings.failure(.unreachable, "could not connect to \(target): \(Self.words(head[1]))")
        }
        let addressLength: Int
        switch head[3] {
        case 1: addressLength = 4
        case 3: addressLength = 1 + Int(head[4])
        case 4: addressLength = 16
        default: throw settings.failure(.protocolViolation, "answered with an unknown kind of address")
        }
        return take(4 + addressLength + 2, from: &bytes) == nil ? .needsMore : .established
    }

    private func take(_ count: Int, from bytes: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard bytes.count >= count else { return nil }
        defer { bytes = bytes.dropFirst(count) }
        return Array(bytes.prefix(count))
    }

    /// RFC 1928 §6.
    private static func words(_ reply: UInt8) -> String {
        switch reply {
        case 1: "general failure"
        case 2: "not allowed by its rules"
        case 3: "network unreachable"
        case 4: "host unreachable"
        case 5: "connection refused"
        case 6: "TTL expired"
        case 7: "command not supported"
        case 8: "address type not supported"
        default: "reply \(reply)"
        }
    }
}
