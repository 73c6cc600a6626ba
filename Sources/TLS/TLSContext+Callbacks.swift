import COpenSSL
import FileModel

/// OpenSSL calls back from inside SSL_do_handshake and SSL_read, on the thread that called those, with the SSL whose
/// application data is the `TLSObserver` of the session under way.
extension TLSContext {
    /// Every certificate is judged by `TLSObserver.judge`, so that a refusal can say which certificate it was about.
    func installVerification() {
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
        SSL_CTX_set_cert_verify_callback(
            pointer,
            { store, _ in
                guard let store, let observer = TLSObserver.judging(store) else { return 0 }
                return observer.judge(store) ? 1 : 0
            }, nil)
    }

    /// Hands each new session to its connection and keeps none in the context: sessions are never shared.
    func installSessionCapture() {
        remora_ssl_ctx_keep_sessions_outside(pointer)
        SSL_CTX_sess_set_new_cb(pointer) { ssl, session in
            guard let ssl, let session, let observer = TLSObserver.of(ssl) else { return 0 }
            observer.take(TLSResumption(owning: session))
            return 1
        }
    }
}

/// What OpenSSL's callbacks tell of one session; lives as long as the `TLSSession` that made it.
final class TLSObserver {
    private let settings: TLSSettings
    private let peerName: String
    private(set) var newest: TLSResumption?
    private(set) var issued: Set<TLSSessionID> = []
    /// More than any server needs, and few enough for one that sends tickets without end.
    private static let mostIssued = 64
    /// What the verification under way has found wrong.
    private var faults: [CInt] = []
    /// Why the certificate was refused.
    private(set) var refusal: StorageError?

    init(settings: TLSSettings, peerName: String) {
        self.settings = settings
        self.peerName = peerName
    }

    func take(_ session: TLSResumption) {
        newest = session
        if issued.count < Self.mostIssued { issued.insert(session.id) }
    }

    /// Of the session whose certificate is being verified.
    static func judging(_ store: OpaquePointer) -> TLSObserver? {
        X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()).flatMap { of(OpaquePointer($0)) }
    }

    static func of(_ ssl: OpaquePointer) -> TLSObserver? {
        SSL_get_ex_data(ssl, 0).map { Unmanaged<TLSObserver>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Decides on the peer's certificate; on refusal the alert that OpenSSL sends follows from the store's error.
    func judge(_ store: OpaquePointer) -> Bool {
        guard let leaf = X509_STORE_CTX_get0_cert(store) else { return false }
        let certificate = PeerCertificate(leaf)
        guard let problem = verdict(on: certificate, store) else {
            X509_STORE_CTX_set_error(store, X509_V_OK)
            return true
        }
        X509_STORE_CTX_set_error(store, problem.code)
        refusal =
            refusal
            ?? StorageError(
                .tlsFailed,
                "the certificate of \(peerName) is not trusted: \(problem.reason) (\(certificate.summary)); "
                    + problem.remedy(for: certificate))
        return false
    }

    private func verdict(on certificate: PeerCertificate, _ store: OpaquePointer) -> CertificateProblem? {
        let isPinned = settings.pins.contains { $0.matches(certificate) }
        switch settings.trust {
        case .any: return nil
        case .pinned: return isPinned ? nil : .pinMismatch
        case .system, .authorities:
            if let problem = chainProblem(store) { return problem }
            return settings.pins.isEmpty || isPinned ? nil : .pinMismatch
        case .decided(let decide):
            switch decide(certificate, chainProblem(store)) {
            case .accept: return nil
            case .refuse(let reason):
                refusal = StorageError(.tlsFailed, reason)
                return .refused(reason)
            }
        }
    }

    /// Chain, dates, purpose, and the name where `SSL_get0_param` holds one.
    ///
    /// OpenSSL stops at the first fault unless its callback says otherwise, and a user who is asked about a certificate
    /// must hear of all.
    private func chainProblem(_ store: OpaquePointer) -> CertificateProblem? {
        defer { OpenSSLErrors.clear() }
        faults = []
        X509_STORE_CTX_set_verify_cb(store) { isGood, store in
            if isGood == 1 { return 1 }
            guard let store, let observer = TLSObserver.judging(store) else { return 0 }
            observer.faults.append(X509_STORE_CTX_get_error(store))
            return 1
        }
        if X509_verify_cert(store) == 1 { return CertificateProblem(codes: faults) }
        let code = X509_STORE_CTX_get_error(store)
        return CertificateProblem(codes: faults + [code == X509_V_OK ? X509_V_ERR_UNSPECIFIED : code])
    }
}
