import Definitions
import FTP
import FileModel
import Remotes
import Synchronization
import TLS

/// An FTP server's certificate; what is accepted stands in the state folder.
struct CertificateInspection: ServerProof {
    let kind = "certificate"
    let server: String
    let standing: ProofStanding
    let remark: String?
    private let certificate: PeerCertificate
    private let identity: String
    private let profiles: ServerProfiles

    /// Connects, takes the handshake as far as the certificate, and hangs up.
    ///
    /// - Throws: `.configuration` where TLS is switched off; what keeps a connection from getting as far as TLS.
    static func of(
        _ remote: RemoteDefinition, _ directories: ProgramDirectories
    ) async throws(StorageError) -> CertificateInspection {
        let seen = Shown()
        let settings = try await FTPSettings(inspecting: remote) { certificate, problem in
            seen.value.withLock { $0 = (certificate, problem) }
            return .refuse("only the certificate was wanted")
        }
        do throws(StorageError) {
            await (try FTPConnection.connect(settings)).close()
        } catch {
            guard let (certificate, problem) = seen.value.withLock({ $0 }) else { throw error }
            return try CertificateInspection(remote, directories, certificate, problem)
        }
        throw StorageError(.tlsFailed, "\(remote.address) showed no certificate")
    }

    private init(
        _ remote: RemoteDefinition, _ directories: ProgramDirectories, _ certificate: PeerCertificate,
        _ problem: CertificateProblem?
    ) throws(StorageError) {
        server = remote.address
        remark = Self.remark(remote)
        identity = remote.serverIdentity
        profiles = ServerProfiles(directory: directories.servers)
        self.certificate = certificate
        let accepted = try profiles.profile(of: identity).certificate
        standing =
            if let accepted {
                accepted.isSame(as: certificate)
                    ? .accepted
                    : .changed(
                        from: accepted.summary, reason: problem?.reason ?? "a known authority vouches for it")
            } else {
                problem.map { .unknown(reason: $0.reason) } ?? .good
            }
    }

    private static func remark(_ remote: RemoteDefinition) -> String? {
        guard remote.tls.trust != .tofu else { return nil }
        let place = remote.name.map { "in [remote.tls] of \($0)" } ?? "(-o tls.trust=tofu)"
        return "accepted certificates are asked for with trust = \"tofu\" \(place); here it is "
            + "\"\(remote.tls.trust.rawValue)\""
    }

    /// Subject, issuer, names, dates and fingerprint, for a person to compare.
    var facts: [ProofFact] {
        [
            ProofFact(label: "subject", value: certificate.subject),
            ProofFact(label: "issuer", value: certificate.issuer),
            ProofFact(label: "names", value: certificate.names.joined(separator: " ")),
            ProofFact(
                label: "valid", value: "\(UTCText.of(certificate.notBefore)) to \(UTCText.of(certificate.notAfter))"),
            ProofFact(label: "SHA-256", value: certificate.fingerprint),
        ]
    }

    /// - Parameter fingerprint: as `pin_sha256` takes it.
    /// - Throws: `.configuration` for what is no fingerprint.
    func matches(_ fingerprint: String) throws(StorageError) -> Bool {
        try CertificatePin(fingerprint).matches(certificate)
    }

    func accept() async throws(StorageError) {
        let accepted = AcceptedCertificate(certificate, at: .now())
        try profiles.update(identity) { $0.certificate = accepted }
    }

    private final class Shown: Sendable {
        let value = Mutex<(PeerCertificate, CertificateProblem?)?>(nil)
    }
}

extension FTPSettings {
    /// Settings that get as far as the certificate, whatever the definition trusts; no secret is fetched.
    fileprivate init(
        inspecting remote: RemoteDefinition,
        _ decide: @escaping @Sendable (PeerCertificate, CertificateProblem?) -> TrustDecision
    ) async throws(StorageError) {
        guard remote.tls.mode != .never else {
            throw StorageError(
                .configuration, "\(remote.address) is spoken to in clear (tls.mode = \"never\"): it has no certificate")
        }
        var remote = remote
        remote.auth.anonymous = true
        remote.tls.trust = .any
        if remote.tls.mode == .ifAvailable { remote.tls.mode = .explicit }
        try await self.init(remote, nil)
        var tls = try TLSSettings(remote.tls, nil)
        tls.trust = .decided(by: decide)
        security.context = try TLSContext(tls)
    }
}
