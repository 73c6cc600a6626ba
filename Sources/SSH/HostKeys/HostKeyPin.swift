import FoundationEssentials

/// The SHA-256 of a host key, as users write it.
public struct HostKeyPin: Hashable, Sendable {
    let sha256: [UInt8]

    /// Reads `SHA256:` and base64 as ssh-keygen(1) shows it, the base64 alone, or 64 hexadecimal digits with or
    /// without colons.
    ///
    /// - Returns: nil for anything else.
    public init?(_ text: String) {
        let body = text.hasPrefix("SHA256:") ? String(text.dropFirst(7)) : text
        guard let bytes = Self.hexadecimal(body) ?? Self.base64(body), bytes.count == 32 else { return nil }
        sha256 = bytes
    }

    private static func hexadecimal(_ text: String) -> [UInt8]? {
        let digits = text.filter { $0 != ":" }
        guard digits.utf8.count == 64, digits.allSatisfy(\.isHexDigit) else { return nil }
        let values = digits.compactMap { $0.hexDigitValue.map(UInt8.init) }
        return stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }

    private static func base64(_ text: String) -> [UInt8]? {
        let digits = text.prefix { $0 != "=" }
        let padding = String(repeating: "=", count: (4 - digits.utf8.count % 4) % 4)
        return Data(base64Encoded: digits + padding).map { Array($0) }
    }
}
