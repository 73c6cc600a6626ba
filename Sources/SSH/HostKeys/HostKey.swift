import FoundationEssentials

/// The public key by which a server proves who it is.
public struct HostKey: Hashable, Sendable {
    /// As in known_hosts: `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`.
    public let type: String
    /// The key in the encoding of RFC 4253 §6.6.
    public let blob: [UInt8]
    /// The SHA-256 of `blob`.
    public let sha256: [UInt8]

    public init(type: String, blob: [UInt8], sha256: [UInt8]) {
        self.type = type
        self.blob = blob
        self.sha256 = sha256
    }

    /// As ssh-keygen(1) shows it: `SHA256:` and unpadded base64.
    public var fingerprint: String { Self.fingerprint(sha256) }

    static func fingerprint(_ sha256: [UInt8]) -> String {
        "SHA256:" + Data(sha256).base64EncodedString().prefix { $0 != "=" }
    }

    /// The key as known_hosts writes it.
    public var base64: String { Data(blob).base64EncodedString() }

    /// The type that a blob names at its start; nil when it is malformed.
    static func type(of blob: [UInt8]) -> String? {
        guard blob.count > 4 else { return nil }
        let length = blob.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard length > 0, length <= 64, blob.count >= 4 + length else { return nil }
        return String(decoding: blob[4..<(4 + length)], as: UTF8.self)
    }
}
