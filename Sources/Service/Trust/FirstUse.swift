import Remotes
import TLS

/// Trust on first use: which certificates are accepted, and what is said about the others.
///
/// Without a certificate that the user accepted, the system's authorities decide, so that a server with a good one
/// needs no question and may renew it. With one, nothing else is accepted, not even what an authority vouches for.
struct FirstUse {
    /// The server, for messages: `ftp.example.com:21`.
    let server: String
    /// What accepts a certificate: `syncctl trust NAME`.
    let command: String
    let accepted: AcceptedCertificate?

    func decide(_ certificate: PeerCertificate, _ problem: CertificateProblem?) -> TrustDecision {
        guard let accepted else {
            return problem.map { .refuse(unknown(certificate, $0)) } ?? .accept
        }
        return accepted.isSame(as: certificate) ? .accept : .refuse(changed(accepted, certificate, problem))
    }

    private func unknown(_ certificate: PeerCertificate, _ problem: CertificateProblem) -> String {
        "the certificate of \(server) is not trusted: \(problem.reason) (\(certificate.summary)); compare it with the "
            + "server's own and accept it with: \(command)"
    }

    private func changed(
        _ old: AcceptedCertificate, _ new: PeerCertificate, _ problem: CertificateProblem?
    ) -> String {
        let reason = problem?.reason ?? "a known authority vouches for it"
        return "the certificate of \(server) has changed: the accepted one was (\(old.summary)), now it shows "
            + "(\(new.summary); \(reason)); if this was intended, accept the new one with: \(command); otherwise somebody "
            + "else may be answering"
    }
}
