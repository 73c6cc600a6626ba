import FileModel
import FoundationEssentials
import Glibc

/// A private key file, as far as it can be read without its passphrase.
struct IdentityFile: Hashable, Sendable {
    let path: String
    /// `ssh-ed25519`, `ssh-rsa`, …; nil where the format does not tell.
    var keyType: String?
    var isEncrypted = false
    /// In the encoding of RFC 4253 §6.6; nil where the format does not tell.
    var publicKey: [UInt8]?

    /// The keys that ssh(1) tries by itself, best first.
    static let defaults = ["~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa"]

    /// Looks at a key file.
    ///
    /// - Throws: `.loginFailed` with the reason why it cannot be used.
    init(_ path: String) throws(StorageError) {
        self.path = LocalPath.expandingTilde(path)
        let text = try Self.read(self.path)
        if text.contains("BEGIN OPENSSH PRIVATE KEY") {
            readOpenSSH(text)
        } else if text.contains("PRIVATE KEY-----") {
            readPEM(text)
        } else {
            throw StorageError(.loginFailed, "it is not a private key")
        }
    }

    var isRSA: Bool { keyType == "ssh-rsa" }

    /// The public key of a key file, or what stands beside it with `.pub`; the private one may be with an agent only.
    static func publicKey(of file: String) -> [UInt8]? {
        if let key = (try? IdentityFile(file))?.publicKey { return key }
        let path = LocalPath.expandingTilde(file)
        guard let text = try? read(path.hasSuffix(".pub") ? path : path + ".pub") else { return nil }
        let fields = text.split(whereSeparator: \.isWhitespace)
        return fields.count > 1 ? Data(base64Encoded: String(fields[1])).map { Array($0) } : nil
    }

    private static func read(_ path: String) throws(StorageError) -> String {
        guard let file = fopen(path, "re") else {
            throw StorageError(.loginFailed, String(cString: strerror(errno)))
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    }

    /// OpenSSH's own format (its PROTOCOL.key): cipher and public key stand in the clear.
    private mutating func readOpenSSH(_ text: String) {
        let body = text.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
        guard let data = Data(base64Encoded: body, options: .ignoreUnknownCharacters) else { return }
        var fields = KeyFields(Array(data).dropFirst("openssh-key-v1\0".utf8.count))
        guard let cipher = fields.next() else { return }
        isEncrypted = cipher != Array("none".utf8)
        _ = fields.next()
        _ = fields.next()
        fields.skip(4)
        publicKey = fields.next()
        keyType = publicKey.flatMap(HostKey.type)
    }

    private mutating func readPEM(_ text: String) {
        isEncrypted = text.contains("ENCRYPTED")
        if text.contains("BEGIN RSA") { keyType = "ssh-rsa" }
    }
}

/// Strings with their length in front (RFC 4251 §5).
private struct KeyFields {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func skip(_ count: Int) { rest = rest.dropFirst(count) }

    mutating func next() -> [UInt8]? {
        guard rest.count >= 4 else { return nil }
        let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard rest.count >= 4 + length else { return nil }
        defer { skip(4 + length) }
        return Array(rest.dropFirst(4).prefix(length))
    }
}
