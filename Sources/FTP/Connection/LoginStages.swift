import TLS
import Transport

/// Tells an observer how far the login has come, read from what `LoginMachine` wants done.
struct LoginStages {
    private let observer: ConnectionObserver?
    private var current: ConnectionStage?

    init(_ observer: ConnectionObserver?) { self.observer = observer }

    mutating func follow(_ action: LoginMachine.Action) {
        guard observer != nil else { return }
        switch action {
        case .awaitReply: if current == nil { enter(.greeting) }
        case .startTLS: enter(.tls)
        case .send(let commands): sending(commands.first)
        case .finish: leave()
        // CCC: the login goes on.
        case .endTLS, .acceptClearText, .fail: break
        }
    }

    private mutating func sending(_ command: Command?) {
        if command?.verb == "AUTH" {
            leave()
            enter(.tls)
        } else if current != .login {
            // Still at TLS: AUTH was refused, and the settings allow to go on without.
            leave(current == .tls ? ["not offered: this connection is not encrypted"] : [])
            enter(.login)
        }
    }

    mutating func encrypted(_ session: TLSSession?) {
        guard observer != nil, let session else { return }
        leave([session.version, session.cipher] + (session.peerCertificate.map { [$0.summary] } ?? []))
    }

    private mutating func enter(_ stage: ConnectionStage) {
        guard stage != current else { return }
        current = stage
        observer?(.began(stage))
    }

    private mutating func leave(_ facts: [String] = []) {
        guard let stage = current else { return }
        current = nil
        observer?(.finished(stage, facts: facts))
    }
}
