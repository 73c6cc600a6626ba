import CSSH2
import FileModel

/// The keys that an agent holds, one after the other. Talking to the agent blocks.
final class AgentAttempt: LoginAttempt {
    let method = SSHLoginMethod.agent
    let name = "agent"
    private(set) var reason: String?
    private let socket: String?
    private var agent: OpaquePointer?
    /// The agent lives in its session, which must not go before it.
    private var session: SSHSession?
    private var identity: UnsafeMutablePointer<libssh2_agent_publickey>?
    private var triedRSA = false

    /// - Parameter socket: nil: the one of SSH_AUTH_SOCK.
    init(socket: String?) { self.socket = socket }

    deinit { close() }

    func advance(_ session: SSHSession, user: String) throws(StorageError) -> Bool? {
        if agent == nil {
            guard open(session) else { return false }
            guard nextIdentity() else { return finish("it holds no keys") }
        }
        while true {
            guard let verdict = try session.verdict(libssh2_agent_userauth(agent, user, identity)) else { return nil }
            if verdict {
                close()
                return true
            }
            noteType()
            guard nextIdentity() else {
                return finish(triedRSA && !LibSSH2.signsRSAWithSHA2 ? "for its RSA keys, \(RSAKeys.explanation)" : nil)
            }
        }
    }

    private func open(_ session: SSHSession) -> Bool {
        self.session = session
        agent = libssh2_agent_init(session.pointer)
        if let socket { libssh2_agent_set_identity_path(agent, socket) }
        guard agent != nil, libssh2_agent_connect(agent) == 0, libssh2_agent_list_identities(agent) == 0 else {
            return finish("it does not answer")
        }
        return true
    }

    private func nextIdentity() -> Bool {
        var next: UnsafeMutablePointer<libssh2_agent_publickey>?
        guard libssh2_agent_get_identity(agent, &next, identity) == 0 else { return false }
        identity = next
        return true
    }

    private func noteType() {
        guard let key = identity?.pointee, let blob = key.blob else { return }
        let bytes = Array(UnsafeRawBufferPointer(start: blob, count: min(key.blob_len, 64)))
        if HostKey.type(of: bytes) == "ssh-rsa" { triedRSA = true }
    }

    private func finish(_ reason: String?) -> Bool {
        self.reason = reason
        close()
        return false
    }

    private func close() {
        guard let agent else { return }
        libssh2_agent_disconnect(agent)
        libssh2_agent_free(agent)
        self.agent = nil
        identity = nil
        session = nil
    }
}
