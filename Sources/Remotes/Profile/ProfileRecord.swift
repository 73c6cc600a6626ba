public import ConnectionPool
public import FoundationEssentials
import FileModel

/// What a pool learns about a server, kept in the server's profile for all programs and later runs.
///
/// What cannot be read is unknown, and what cannot be written is not remembered: the worst is one login too many.
public struct ProfileRecord: ServerRecord {
    /// Refused credentials are tried again after this time, by whichever program comes first: the fault may have been
    /// the server's, and no account is locked by one attempt an hour.
    static let loginRetry: TimeInterval = 3600

    private let profiles: ServerProfiles
    private let identity: String
    private let mark: String?
    private let triesRefused: Bool
    private let now: @Sendable () -> Date

    /// - Parameters:
    ///   - identity: server and account, `ftp://user@host:21`.
    ///   - credentials: nil where there is no password that could be wrong; then no login is remembered.
    ///   - triesRefused: whether a login that was refused is tried all the same.
    public init(
        _ profiles: ServerProfiles, identity: String, credentials: CredentialMark?, triesRefused: Bool = false,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.profiles = profiles
        self.identity = identity
        mark = credentials?.text
        self.triesRefused = triesRefused
        self.now = now
    }

    public func recall() async -> ServerKnowledge {
        let now = now()
        guard let profile = try? profiles.profile(of: identity) else { return ServerKnowledge() }
        var known = ServerKnowledge(limit: profile.sessionLimit.map { Self.remembered($0, now) })
        known.sessionsHeld = profile.sessionsHeld.flatMap { $0.isRecent(now) ? $0.count : nil }
        guard let mark else { return known }
        if let login = profile.lastLogin, login.mark == mark, login.at <= now {
            known.sinceLogin = .seconds(now.timeIntervalSince(login.at))
        }
        if !triesRefused, let refused = profile.refusedLogin, refused.mark == mark, !claimsAttempt(mark, now) {
            known.refusal = refusal(refused, now)
        }
        return known
    }

    public func remember(_ event: ServerEvent) async {
        let now = now()
        try? profiles.update(identity) { profile in
            switch event {
            case .loggedIn: loggedIn(&profile, now)
            case .loginRefused(let error): refused(&profile, error, now)
            case .limitLearned(let limit): profile.sessionLimit = Self.stored(limit, profile.sessionLimit, now)
            case .limitForgotten: profile.sessionLimit = nil
            case .sessionsHeld(let count): profile.sessionsHeld = SessionsHeld(count: count, at: now)
            }
        }
    }

    // MARK: - Logins

    private func loggedIn(_ profile: inout ServerProfile, _ now: Date) {
        guard let mark else { return }
        profile.lastLogin = GoodLogin(mark: mark, at: now)
        if profile.refusedLogin?.mark == mark { profile.refusedLogin = nil }
    }

    private func refused(_ profile: inout ServerProfile, _ error: StorageError, _ now: Date) {
        guard let mark else { return }
        let earlier = profile.refusedLogin.flatMap { $0.mark == mark ? $0.since : nil }
        profile.refusedLogin = RefusedLogin(
            mark: mark, since: earlier ?? now, last: now, reply: error.serverReply ?? error.message)
    }

    /// When the time has come for another attempt, one program takes it upon itself.
    private func claimsAttempt(_ mark: String, _ now: Date) -> Bool {
        var isClaimed = false
        try? profiles.update(identity) { profile in
            guard let refused = profile.refusedLogin, refused.mark == mark, Self.isDue(refused, now) else { return }
            profile.refusedLogin?.last = now
            isClaimed = true
        }
        return isClaimed
    }

    /// A time to come is that of a clock which was wrong.
    private static func isDue(_ refused: RefusedLogin, _ now: Date) -> Bool {
        refused.last > now.addingTimeInterval(60) || now >= refused.last.addingTimeInterval(loginRetry)
    }

    private func refusal(_ refused: RefusedLogin, _ now: Date) -> RememberedRefusal {
        let next = refused.last.addingTimeInterval(Self.loginRetry)
        let message =
            "\(identity) has refused this login since \(refused.since.formatted(.iso8601)), and it is not repeated "
            + "before \(next.formatted(.iso8601)) so that the account is not locked: correct the password, "
            + "or run syncctl test with the same name or URL, which tries at once"
        return RememberedRefusal(
            error: StorageError(.loginFailed, message, serverReply: refused.reply),
            retryIn: .seconds(next.timeIntervalSince(now)))
    }

    // MARK: - Limits

    private static func remembered(_ limit: SessionLimit, _ now: Date) -> RememberedLimit {
        let untilProbe = min(limit.nextProbe.timeIntervalSince(now), limit.probeInterval)
        return RememberedLimit(
            maximum: limit.maximum, untilProbe: .seconds(untilProbe), interval: .seconds(limit.probeInterval))
    }

    private static func stored(_ limit: RememberedLimit, _ old: SessionLimit?, _ now: Date) -> SessionLimit {
        let isNew = old?.maximum != limit.maximum
        return SessionLimit(
            maximum: limit.maximum, learned: isNew ? now : old?.learned ?? now,
            nextProbe: now.addingTimeInterval(limit.untilProbe.inSeconds), probeInterval: limit.interval.inSeconds)
    }
}

extension Duration {
    fileprivate var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1_000_000_000_000_000_000
    }
}
