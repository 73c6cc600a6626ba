import CSSH2
import FileModel

/// The keys that an agent holds, one after the other. Talking to the agent blocks.
final class AgentAttempt: LoginAttempt {
    let method = SSHLoginMethod.agent
    let name = "agent"
    private(set) var reason: String?
    let isPointless = false
    private let socket: String?
    private let preferred: [[UInt8]]
    private let preferredOnly: Bool
    private let offers: KeyOffers
    private var agent: OpaquePointer?
    /// The agent lives in its session, which must not go before it.
    private var session: SSHSession?
    /// What is left to offer, best first.
    private var identities: ArraySlice<Identity> = []
    private var held = 0
    private var skipped = 0
    private var triedRSA = false

    private struct Identity {
        let pointer: UnsafeMutablePointer<libssh2_agent_publickey>
        let blob: [UInt8]
    }

    /// - Parameters:
    ///   - socket: nil: the one of SSH_AUTH_SOCK.
    ///   - preferred: public keys to offer first, in this order.
    ///   - preferredOnly: offer no others.
    init(socket: String?, preferred: [[UInt8]], preferredOnly: Bool, _ offers: KeyOffers) {
        self.socket = socket
        self.preferred = preferred
        self.preferredOnly = preferredOnly
        self.offers = offers
    }

    deinit { close() }

    func advance(_ session: SSHSession, user: String) throws(StorageError) -> Bool? {
        if agent == nil {
            guard open(session) else { return false }
            choose()
            guard !identities.isEmpty else { return finish(held == 0 ? "it holds no keys" : nothingNamed) }
        }
        while let identity = identities.first {
            let code = libssh2_agent_userauth(agent, user, identity.pointer)
            // Its user may be asked for each key: one that was not confirmed in time is enough.
            if session.wire.isAgentSilent { return finish(silence(session)) }
            guard let verdict = try session.verdict(code) else { return nil }
            if verdict {
                close()
                return true
            }
            offers.offer(identity.blob)
            if HostKey.type(of: identity.blob) == "ssh-rsa" { triedRSA = true }
            identities.removeFirst()
        }
        return finish(refusal)
    }

    private let nothingNamed = "it holds none of the keys that identity_files names, or of the usual ones in ~/.ssh"

    private var refusal: String? {
        if skipped > 0 {
            return "none of the first \(held - skipped) of its \(held) keys is accepted, and servers end the session "
                + "after a few: name the right one with identity_files"
        }
        return triedRSA && !LibSSH2.signsRSAWithSHA2 ? "for its RSA keys, \(RSAKeys.explanation)" : nil
    }

    /// The keys that were named first; of the others no more than the server would bear.
    private func choose() {
        var all: [Identity] = []
        var last: UnsafeMutablePointer<libssh2_agent_publickey>?
        var next: UnsafeMutablePointer<libssh2_agent_publickey>?
        while libssh2_agent_get_identity(agent, &next, last) == 0, let key = next {
            last = key
            guard let blob = key.pointee.blob else { continue }
            let bytes = Array(UnsafeRawBufferPointer(start: blob, count: key.pointee.blob_len))
            all.append(Identity(pointer: key, blob: bytes))
        }
        held = all.count
        let named = preferred.compactMap { blob in all.first { $0.blob == blob } }
        let others = preferredOnly ? [] : all.filter { !preferred.contains($0.blob) }
        let wanted = named + others
        identities = wanted.prefix(offers.agentLimit)
        skipped = wanted.count - identities.count
    }

    private func open(_ session: SSHSession) -> Bool {
        self.session = session
        agent = libssh2_agent_init(session.pointer)
        if let socket { libssh2_agent_set_identity_path(agent, socket) }
        guard agent != nil, libssh2_agent_connect(agent) == 0, libssh2_agent_list_identities(agent) == 0 else {
            return finish(session.wire.isAgentSilent ? silence(session) : "it does not answer")
        }
        return true
    }

    private func silence(_ session: SSHSession) -> String {
        "it did not answer within \(Double(session.wire.agentPatience) / 1000) s"
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
        identities = []
        session = nil
    }
}
