import FileModel
import FoundationEssentials

/// HTTP CONNECT (RFC 9110 §9.3.6): one request, one response without a body when it is 2xx.
struct HTTPConnectDialogue: ProxyDialogue {
    private let settings: ProxySettings
    private let target: Endpoint
    /// A response header longer than this is refused.
    private static let longestHeader = 16 * 1024

    init(_ settings: ProxySettings, _ target: Endpoint) {
        self.settings = settings
        self.target = target
    }

    mutating func start() -> [UInt8] {
        var request = "CONNECT \(target) HTTP/1.1\r\nHost: \(target)\r\n"
        if !settings.user.isEmpty {
            let credentials = "\(settings.login):\(settings.password?.revealed ?? "")"
            request += "Proxy-Authorization: Basic \(Data(credentials.utf8).base64EncodedString())\r\n"
        }
        return Array((request + "\r\n").utf8)
    }

    mutating func received(_ bytes: inout ArraySlice<UInt8>) throws(StorageError) -> ProxyStep {
        let end = endOfHeader(bytes)
        if (end ?? bytes.endIndex) - bytes.startIndex > Self.longestHeader {
            throw settings.failure(.protocolViolation, "sent an endless header: it may not be an HTTP proxy")
        }
        guard let end else { return .needsMore }
        let line = printable(bytes.prefix { $0 != 13 && $0 != 10 }.prefix(300))
        bytes = bytes[end...]
        try check(line)
        return .established
    }

    private func endOfHeader(_ bytes: ArraySlice<UInt8>) -> Int? {
        var newlines = 0
        for index in bytes.indices {
            switch bytes[index] {
            case 10: newlines += 1
            case 13: continue
            default: newlines = 0
            }
            if newlines == 2 { return index + 1 }
        }
        return nil
    }

    private func check(_ line: String) throws(StorageError) {
        let parts = line.split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, parts[0].hasPrefix("HTTP/"), let status = Int(parts[1]) else {
            throw settings.failure(.protocolViolation, "does not speak HTTP", reply: line)
        }
        switch status {
        case 200..<300: return
        case 401, 407:
            // tinyproxy answers 407 to no login and 401 to a wrong one.
            throw settings.failure(
                .proxyRefused, "wants a user and password: check [remote.proxy] user and password", reply: line)
        case 403, 405:
            throw settings.failure(.unreachable, "does not allow connections to \(target)", reply: line)
        default:
            throw settings.failure(.unreachable, "could not connect to \(target)", reply: line)
        }
    }
}
