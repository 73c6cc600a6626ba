public import FileModel
import COpenSSL
import Glibc

/// What a certificate says, for people and for pins.
public struct PeerCertificate: Hashable, Sendable {
    /// RFC 2253 text: `CN=ftp.example.com,O=Example`.
    public let subject: String
    public let issuer: String
    /// Subject alternative names: DNS names and IP addresses.
    public let names: [String]
    public let notBefore: Timestamp
    public let notAfter: Timestamp
    /// SHA-256 of the certificate in DER.
    public let sha256: [UInt8]
    /// SHA-256 of its SubjectPublicKeyInfo in DER.
    public let publicKeySHA256: [UInt8]

    /// `AB:CD:…`, as `openssl x509 -fingerprint -sha256` prints it.
    public var fingerprint: String {
        sha256.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: ":")
    }

    /// One line: subject, issuer, names, dates, fingerprint.
    public var summary: String {
        Self.summary(subject, issuer: issuer, names: names, from: notBefore, to: notAfter, fingerprint)
    }

    public static func summary(
        _ subject: String, issuer: String, names: [String], from: Timestamp, to: Timestamp, _ fingerprint: String
    ) -> String {
        var parts = ["subject \(subject.isEmpty ? "(empty)" : subject)"]
        if issuer != subject { parts.append("issuer \(issuer.isEmpty ? "(empty)" : issuer)") }
        if !names.isEmpty { parts.append("for \(names.prefix(8).joined(separator: " "))") }
        parts.append("valid \(date(from)) to \(date(to))")
        return (parts + ["SHA-256 \(fingerprint)"]).joined(separator: ", ")
    }

    private static func date(_ time: Timestamp) -> String {
        var seconds = time_t(time.seconds)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let day = [Int(parts.tm_mon) + 1, Int(parts.tm_mday)].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return "\(Int(parts.tm_year) + 1900)-\(day[0])-\(day[1])"
    }
}

extension PeerCertificate {
    /// Copies what matters out of OpenSSL's object, which stays the caller's.
    init(_ certificate: OpaquePointer) {
        subject = Self.text(of: X509_get_subject_name(certificate))
        issuer = Self.text(of: X509_get_issuer_name(certificate))
        names = Self.alternativeNames(of: certificate)
        notBefore = Self.time(X509_get0_notBefore(certificate))
        notAfter = Self.time(X509_get0_notAfter(certificate))
        sha256 = Self.digest { X509_digest(certificate, EVP_sha256(), $0, $1) }
        publicKeySHA256 = Self.publicKeyDigest(certificate)
    }

    private static func digest(_ call: (UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<UInt32>) -> CInt) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        let done = bytes.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { call($0, &count) } ?? 0
        }
        return done == 1 ? Array(bytes.prefix(Int(count))) : []
    }

    private static func publicKeyDigest(_ certificate: OpaquePointer) -> [UInt8] {
        var encoded: UnsafeMutablePointer<UInt8>?
        let length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &encoded)
        guard length > 0, let encoded else { return [] }
        defer { CRYPTO_free(encoded, nil, 0) }
        return digest { EVP_Digest(encoded, Int(length), $0, $1, EVP_sha256(), nil) }
    }

    private static func text(of name: OpaquePointer?) -> String {
        guard let name, let bio = BIO_new(BIO_s_mem()) else { return "" }
        defer { BIO_free(bio) }
        guard remora_x509_name_text(name, bio) >= 0 else { return "" }
        var bytes = [UInt8](repeating: 0, count: BIO_ctrl_pending(bio))
        let count = BIO_read(bio, &bytes, CInt(bytes.count))
        return printable(bytes.prefix(Int(max(0, count))))
    }

    private static func time(_ time: UnsafePointer<ASN1_TIME>?) -> Timestamp {
        var parts = tm()
        guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { return .epoch }
        return Timestamp(seconds: Int64(timegm(&parts)))
    }
}
