public import FileModel
public import TLS

/// A certificate that a user accepted for one server, whatever the authorities say.
public struct AcceptedCertificate: Codable, Hashable, Sendable {
    public let subject: String
    public let issuer: String
    public let names: [String]
    /// Seconds since 1970.
    public let notBefore: Int64
    public let notAfter: Int64
    /// `AB:CD:…`
    public let sha256: String
    /// When it was accepted, in seconds since 1970.
    public let accepted: Int64

    public init(_ certificate: PeerCertificate, at time: Timestamp) {
        subject = certificate.subject
        issuer = certificate.issuer
        names = certificate.names
        notBefore = certificate.notBefore.seconds
        notAfter = certificate.notAfter.seconds
        sha256 = certificate.fingerprint
        accepted = time.seconds
    }

    public func isSame(as certificate: PeerCertificate) -> Bool { sha256 == certificate.fingerprint }

    /// One line: subject, issuer, names, dates, fingerprint.
    public var summary: String {
        PeerCertificate.summary(
            subject, issuer: issuer, names: names, from: Timestamp(seconds: notBefore),
            to: Timestamp(seconds: notAfter), sha256)
    }
}
