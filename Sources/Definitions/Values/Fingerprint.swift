import Glibc

extension ValueFormat where Value == String {
    /// Of a certificate, in hexadecimal, read into 64 small letters without colons; or of its public key, as
    /// curl's `sha256//` and base64.
    static let fingerprint = ValueFormat.parsed(
        "a SHA-256 fingerprint of 64 hexadecimal digits, or \"sha256//\" and base64"
    ) { text in
        if text.hasPrefix("sha256//") {
            let digits = text.utf8.dropFirst(8)
            return digits.count == 44 && digits.last == 61 && digits.dropLast().allSatisfy(isBase64) ? text : nil
        }
        let digits = text.lowercased().filter { $0 != ":" && $0 != " " }
        return digits.utf8.count == 64 && digits.utf8.allSatisfy(isHexadecimal) ? digits : nil
    }

    /// A host key as `ssh-keygen -l` prints it, `SHA256:` and 43 characters of base64.
    static let hostKeyPin = ValueFormat.parsed("a fingerprint such as \"SHA256:…\" from ssh-keygen -l") { text in
        let body = text.hasPrefix("SHA256:") ? text.dropFirst(7) : text[...]
        let digits = body.prefix { $0 != "=" }
        return digits.utf8.count == 43 && digits.utf8.allSatisfy(isBase64) ? "SHA256:\(digits)" : nil
    }

    /// Empty, or an IPv4 or IPv6 address.
    static let address = ValueFormat.parsed("an IPv4 or IPv6 address of this machine") { text in
        text.isEmpty || isAddress(text) ? text : nil
    }
}

private func isHexadecimal(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (97...102).contains(byte)
}

private func isBase64(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 43 || byte == 47
}

private func isAddress(_ text: String) -> Bool {
    var storage = in6_addr()
    let plain = String(text.prefix { $0 != "%" })  // an IPv6 zone such as %eth0
    return inet_pton(AF_INET, text, &storage) == 1 || inet_pton(AF_INET6, plain, &storage) == 1
}
