import CSSH2
import FileModel
import Glibc
import Transport

/// A login: asks what the server accepts and tries one way after the other. Not thread-safe, and it blocks for key
/// files and agents.
final class SSHLogin {
    private let user: String
    private var attempts: ArraySlice<any LoginAttempt>
    /// What the server accepts; nil until it was asked.
    private var accepted: Set<String>?
    private var refusals: [String] = []
    /// What the server did not accept when its turn came.
    private var passedOver: [any LoginAttempt] = []
    private var refusalsWhenAsked = 0
    private var lastOffer: Set<String>?
    private let log: WireConnection?
    /// Whether the first of `attempts` has been told.
    private var isTold = false
    /// The way that let us in: `password`, `key ~/.ssh/id_ed25519`, `no proof at all`.
    private(set) var method = "no proof at all"

    init(_ credentials: SSHCredentials, log: WireConnection? = nil) {
        self.log = log
        user = credentials.user
        let offers = KeyOffers()
        attempts = credentials.methods.flatMap { Self.attempts($0, credentials, offers) }[...]
        offers.later = attempts.count { $0.method != .agent }
    }

    private static func attempts(
        _ method: SSHLoginMethod, _ credentials: SSHCredentials, _ offers: KeyOffers
    ) -> [any LoginAttempt] {
        switch method {
        case .agent:
            let hasAgent = credentials.agentSocket.map { !$0.isEmpty } ?? (getenv("SSH_AUTH_SOCK") != nil)
            guard hasAgent else { return [] }
            // As with ssh, the usual files stand for names where none are given.
            let named = credentials.identityFiles.isEmpty ? IdentityFile.defaults : credentials.identityFiles
            let preferred = named.compactMap(IdentityFile.publicKey)
            return [
                AgentAttempt(
                    socket: credentials.agentSocket, preferred: preferred, preferredOnly: credentials.identitiesOnly,
                    offers)
            ]
        case .publickey:
            let isDefault = credentials.identityFiles.isEmpty
            let files =
                isDefault ? IdentityFile.defaults.filter(exists) : credentials.identityFiles.filter(isPrivateKey)
            return files.map { KeyFileAttempt($0, passphrase: credentials.passphrase, isDefault: isDefault, offers) }
        case .keyboardInteractive:
            return credentials.password.map { [KeyboardInteractiveAttempt($0, offers)] } ?? []
        case .password:
            return credentials.password.map { [PasswordAttempt($0, offers)] } ?? []
        }
    }

    /// The public half of a key that only an agent has is named to choose that key.
    private static func isPrivateKey(_ path: String) -> Bool { !path.hasSuffix(".pub") }

    private static func exists(_ path: String) -> Bool { access(LocalPath.expandingTilde(path), R_OK) == 0 }

    /// Goes on until the server accepts, or more bytes must arrive.
    ///
    /// - Returns: whether we are logged in.
    /// - Throws: `.loginFailed` when nothing is left to try, with what was tried and why it did not work.
    func advance(_ session: SSHSession) throws(StorageError) -> Bool {
        repeat {
            if accepted == nil {
                guard try askOrFail(session) else { return false }
                if libssh2_userauth_authenticated(session.pointer) == 1 { return true }
            }
            guard let isAccepted = try tryAll(session) else { return false }
            if isAccepted { return true }
        } while isWorthAskingAgain()
        throw failure
    }

    /// - Returns: nil when more bytes must arrive, false when nothing is left.
    private func tryAll(_ session: SSHSession) throws(StorageError) -> Bool? {
        while let attempt = attempts.first {
            if !isTold {
                guard isAccepted(attempt), !attempt.isPointless else {
                    if !isAccepted(attempt) { passedOver.append(attempt) }
                    attempts.removeFirst()
                    continue
                }
                log?.sent("log in as \(user) with \(attempt.name)")
                isTold = true
            }
            guard let verdict = try attempt.advance(session, user: user) else { return nil }
            log?.received("\(attempt.name): \(verdict ? "accepted" : attempt.reason ?? "refused")")
            isTold = false
            if verdict {
                method = attempt.name
                return true
            }
            let hasHungUp = session.wire.isExhausted
            refusals.append(
                "\(attempt.name): \(attempt.reason ?? "refused")\(hasHungUp ? ", and the server hung up" : "")")
            attempts.removeFirst()
            // More attempts would only hide the refusal behind a lost connection, which is tried again.
            if hasHungUp {
                let wire = session.wire
                throw wire.farewell == nil ? failure : SSHFailure(step: .login, code: 0, words: "", wire: wire).error
            }
        }
        return false
    }

    /// A server that wants two proofs (AuthenticationMethods of sshd_config(5)) offers the second when it has the first,
    /// which libssh2 calls refused.
    private func isWorthAskingAgain() -> Bool {
        guard !passedOver.isEmpty, refusals.count > refusalsWhenAsked else { return false }
        attempts = passedOver[...]
        passedOver = []
        refusalsWhenAsked = refusals.count
        lastOffer = accepted
        accepted = nil
        return true
    }

    /// A server may lose its patience at the question; what it refused before says more.
    private func askOrFail(_ session: SSHSession) throws(StorageError) -> Bool {
        do throws(StorageError) {
            return try ask(session)
        } catch {
            throw error.code == .loginFailed && !refusals.isEmpty ? failure : error
        }
    }

    /// Asks which methods there are. A server may also let us in without any.
    private func ask(_ session: SSHSession) throws(StorageError) -> Bool {
        if let list = libssh2_userauth_list(session.pointer, user, UInt32(user.utf8.count)) {
            accepted = Set(String(cString: list).split(separator: ",").map(String.init))
            log?.received("login methods: \(String(cString: list))")
            return true
        }
        if libssh2_userauth_authenticated(session.pointer) == 1 {
            accepted = []
            return true
        }
        return try session.done(libssh2_session_last_errno(session.pointer), .login)
    }

    private func isAccepted(_ attempt: any LoginAttempt) -> Bool {
        accepted?.contains(attempt.method == .agent ? "publickey" : attempt.method.rawValue) ?? true
    }

    private var failure: StorageError {
        let offer = (accepted ?? lastOffer ?? []).sorted().joined(separator: ", ")
        guard !refusals.isEmpty else {
            return StorageError(
                .loginFailed,
                "cannot log in as '\(user)': the server accepts \(offer), for which nothing is configured")
        }
        return StorageError(
            .loginFailed,
            "the server refused the login of '\(user)' (\(refusals.joined(separator: "; "))); it accepts \(offer)")
    }
}
