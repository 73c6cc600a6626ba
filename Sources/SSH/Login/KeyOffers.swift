/// What was offered to the server so far in one login.
///
/// A server ends the session at the sixth refusal (`MaxAuthTries` of sshd_config(5)), so nothing is offered twice, and
/// an agent with many keys leaves room for what comes after it.
final class KeyOffers {
    /// Refusals after which something must have worked.
    private static let budget = 5
    private static let leastForAgent = 2

    /// Attempts that the agent does not make.
    var later = 0
    private var keys: Set<[UInt8]> = []
    /// By itself, or as the answer to the only question, which was hidden. A second refusal may lock the account.
    var passwordWasRefused = false

    var agentLimit: Int { later == 0 ? Self.budget + 1 : max(Self.leastForAgent, Self.budget - later) }

    func offer(_ key: [UInt8]) { keys.insert(key) }

    func wasOffered(_ key: [UInt8]) -> Bool { keys.contains(key) }
}
