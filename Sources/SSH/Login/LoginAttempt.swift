import CSSH2
import FileModel

/// One way to log in, being tried.
///
/// A call returns nil when more bytes must arrive, and is then made again; true when the server accepted, false when
/// it did not.
protocol LoginAttempt: AnyObject {
    var method: SSHLoginMethod { get }
    /// What was tried, for messages: `password`, `key ~/.ssh/id_ed25519`.
    var name: String { get }
    /// Why it did not work, when there is more to say than "refused".
    var reason: String? { get }
    /// Whether the very same was refused before, under another name.
    var isPointless: Bool { get }

    func advance(_ session: SSHSession, user: String) throws(StorageError) -> Bool?
}

extension SSHSession {
    /// What the result of a userauth call means.
    func verdict(_ code: CInt) throws(StorageError) -> Bool? {
        switch code {
        case 0: return true
        case LIBSSH2_ERROR_EAGAIN: return nil
        case LIBSSH2_ERROR_AUTHENTICATION_FAILED, LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED, LIBSSH2_ERROR_PASSWORD_EXPIRED:
            return false
        default:
            _ = try done(code, .login)
            return false
        }
    }
}

final class PasswordAttempt: LoginAttempt {
    let method = SSHLoginMethod.password
    let name = "password"
    private(set) var reason: String?
    /// keyboard-interactive asked for it already: a second wrong one may lock the account.
    var isPointless: Bool { offers.passwordWasRefused }
    private let password: Secret
    private let offers: KeyOffers

    init(_ password: Secret, _ offers: KeyOffers) {
        self.password = password
        self.offers = offers
    }

    func advance(_ session: SSHSession, user: String) throws(StorageError) -> Bool? {
        let words = password.revealed
        let code = libssh2_userauth_password_ex(
            session.pointer, user, UInt32(user.utf8.count), words, UInt32(words.utf8.count), nil)
        if code == LIBSSH2_ERROR_PASSWORD_EXPIRED { reason = "it has expired" }
        let verdict = try session.verdict(code)
        if verdict == false { offers.passwordWasRefused = true }
        return verdict
    }
}

final class KeyboardInteractiveAttempt: LoginAttempt {
    let method = SSHLoginMethod.keyboardInteractive
    let name = "keyboard-interactive"
    private(set) var reason: String?
    /// Its first question would be for the same password.
    var isPointless: Bool { offers.passwordWasRefused }
    private let password: Secret
    private let offers: KeyOffers
    private var isStarted = false

    init(_ password: Secret, _ offers: KeyOffers) {
        self.password = password
        self.offers = offers
    }

    func advance(_ session: SSHSession, user: String) throws(StorageError) -> Bool? {
        if !isStarted { session.wire.questions = InteractiveAnswers(password: password, user: user) }
        isStarted = true
        let code = libssh2_userauth_keyboard_interactive_ex(
            session.pointer, user, UInt32(user.utf8.count), SSHCallbacks.respond)
        let questions = session.wire.questions
        if questions?.isEndless == true {
            throw StorageError(.loginFailed, "the server asks questions without end: \(questions?.summary ?? "")")
        }
        guard let verdict = try session.verdict(code) else { return nil }
        session.wire.questions = nil
        if !verdict, let questions { explain(questions) }
        return verdict
    }

    private func explain(_ questions: InteractiveAnswers) {
        offers.passwordWasRefused = questions.askedOnlyForThePassword
        guard !questions.prompts.isEmpty, !questions.askedOnlyForThePassword else { return }
        reason =
            "the server asked \(questions.summary), and only the user name and the password can be answered: use a key, "
            + "or transport = \"openssh\""
    }
}

final class KeyFileAttempt: LoginAttempt {
    let method = SSHLoginMethod.publickey
    var name: String { "key \(file)" }
    private(set) var reason: String?
    /// As it was given.
    private let file: String
    private let passphrase: Secret?
    /// Files that the user did not name are passed over when they do not exist.
    let isDefault: Bool
    var isPointless: Bool { IdentityFile.publicKey(of: file).map(offers.wasOffered) ?? false }
    private let offers: KeyOffers

    init(_ file: String, passphrase: Secret?, isDefault: Bool, _ offers: KeyOffers) {
        self.file = file
        self.passphrase = passphrase
        self.isDefault = isDefault
        self.offers = offers
    }

    func advance(_ session: SSHSession, user: String) throws(StorageError) -> Bool? {
        guard let identity = usable() else { return false }
        let code = libssh2_userauth_publickey_fromfile_ex(
            session.pointer, user, UInt32(user.utf8.count), nil, identity.path, passphrase?.revealed)
        if code == LIBSSH2_ERROR_FILE || code == LIBSSH2_ERROR_KEYFILE_AUTH_FAILED {
            reason = identity.isEncrypted ? "the passphrase does not open it" : "libssh2 cannot read it"
            return false
        }
        let accepted = try session.verdict(code)
        if accepted == false, identity.isRSA, !LibSSH2.signsRSAWithSHA2 { reason = RSAKeys.explanation }
        return accepted
    }

    /// nil when the key cannot be tried; the reason is noted.
    private func usable() -> IdentityFile? {
        do throws(StorageError) {
            let identity = try IdentityFile(file)
            guard identity.isEncrypted, passphrase == nil else { return identity }
            reason = "it is encrypted and no passphrase is configured"
        } catch {
            reason = error.message
        }
        return nil
    }
}

enum RSAKeys {
    static let explanation =
        "libssh2 \(LibSSH2.version) can sign with RSA keys only in the old way that servers no longer accept: use an "
        + "ed25519 or ecdsa key, libssh2 1.11 or later, or transport = \"openssh\""
}
