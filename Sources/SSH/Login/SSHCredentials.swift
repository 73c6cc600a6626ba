public import FileModel

/// How to log in, in the words of SSH (RFC 4252).
public enum SSHLoginMethod: String, Hashable, Sendable, CaseIterable {
    /// Keys that an agent holds (ssh-agent(1)).
    case agent
    /// Keys in files.
    case publickey
    /// Questions, answered with the password.
    case keyboardInteractive = "keyboard-interactive"
    case password
}

/// Who logs in, and with what.
public struct SSHCredentials: Sendable {
    public var user: String
    /// Tried in this order, as far as there is something to try.
    public var methods: [SSHLoginMethod] = SSHLoginMethod.allCases
    /// Private keys. Empty: those that ssh(1) looks for by itself.
    public var identityFiles: [String] = []
    /// Of an agent's keys, only those that `identityFiles` names, or the usual ones, are offered (ssh_config(5)).
    public var identitiesOnly = false
    /// Opens encrypted private keys.
    public var passphrase: Secret?
    public var password: Secret?
    /// The agent's socket; nil: the one of SSH_AUTH_SOCK; empty: no agent.
    public var agentSocket: String?

    public init(user: String, password: Secret? = nil, identityFiles: [String] = []) {
        self.user = user
        self.password = password
        self.identityFiles = identityFiles
    }
}
