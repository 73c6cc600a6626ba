/// Which ways to talk to a server are tried, in which order, and which are left out because of the others' outcome.
///
/// The order is that of merit: the first that works is the one to use, so that an active data connection is used only where
/// no passive one works with the same protection. Attempts that differ in the kind of data connection alone follow each
/// other, for one login to do: that makes six, and as many as there are attempts (twenty-one) where the server ends a
/// session after each data connection that fails. A refused login ends them all, so that no account is locked.
public struct ProbePlan: Sendable {
    private var queue: [ProbeAttempt]
    private let allowsClear: Bool
    /// Every attempt with what came of it, in order.
    public private(set) var results: [(attempt: ProbeAttempt, outcome: ProbeOutcome)] = []

    /// - Parameters:
    ///   - port: nil: the usual ones.
    ///   - ways: those to try.
    ///   - allowsClear: tries a login in clear even at a server that offers TLS.
    public init(port: Int? = nil, ways: [ProbeAttempt.Way] = ProbeAttempt.Way.allCases, allowsClear: Bool = false) {
        self.allowsClear = allowsClear
        queue = ways.flatMap { way in Self.attempts(way, port ?? way.usualPort) }
    }

    private static func attempts(_ way: ProbeAttempt.Way, _ port: Int) -> [ProbeAttempt] {
        guard way != .sftp else { return [ProbeAttempt(way: way, port: port, data: nil, protectsData: true)] }
        return (way.isEncrypted ? [true, false] : [false]).flatMap { isPrivate in
            ProbeAttempt.DataCommand.allCases.map {
                ProbeAttempt(way: way, port: port, data: $0, protectsData: isPrivate)
            }
        }
    }

    /// The attempt to make now; nil when all is known.
    public var next: ProbeAttempt? { queue.first }

    /// What to use.
    public var best: ProbeAttempt? { results.first { $0.outcome == .works }?.attempt }

    public var wasRefused: Bool {
        results.contains { if case .loginRefused = $0.outcome { true } else { false } }
    }

    /// The attempt that was `next` has been made.
    public mutating func concluded(_ outcome: ProbeOutcome) {
        guard !queue.isEmpty else { preconditionFailure("no attempt was left to be made") }
        let attempt = queue.removeFirst()
        results.append((attempt, outcome))
        switch outcome {
        case .loginRefused:
            skip("the login was refused, and one more could lock the account") { _ in true }
        case .unreachable(let words):
            skip(words) { $0.port == attempt.port }
        case .notSpoken(let words), .failed(let words):
            skip(words) { $0.way == attempt.way }
        case .works, .noData:
            guard attempt.way == .ftpes || attempt.way == .ftps, !allowsClear else { return }
            skip("the password would travel in clear, and the server offers TLS") { $0.way == .ftp }
        case .skipped:
            break
        }
    }

    private mutating func skip(_ reason: String, _ isMeant: (ProbeAttempt) -> Bool) {
        let left = queue.filter(isMeant)
        queue.removeAll(where: isMeant)
        results += left.map { ($0, .skipped(reason)) }
    }
}
