import FileModel

/// What prepares a session that is logged in. The commands do not depend on each other and may be sent in one flight; the
/// OPTS that FEAT offers join it when an earlier session has told what FEAT says here.
extension LoginMachine {
    mutating func prepare() -> Action {
        let steps = preparation
        awaited = steps.map(\.step)
        return .send(steps.map(\.command))
    }

    var preparation: [(step: Step, command: Command)] {
        var steps: [(Step, Command)] = []
        if facts.isEncrypted {
            steps.append((.bufferSize, .protectionBufferSize))
            steps.append((.protection, .protection(isPrivate: protectsData)))
        }
        steps += [(.features, .features), (.type, .typeBinary), (.directory, .workingDirectory)]
        if let features = expectations.features { steps += options(features).map { (.options, $0) } }
        if facts.software.servesWholeFiles, let command = expectations.dataCommand {
            steps.append((.nextData, command))
        }
        return steps
    }

    mutating func prepared(_ step: Step, _ reply: Reply) -> Action {
        switch step {
        case .protection: if let error = protectionAnswered(reply) { return refuse(error) }
        case .features: facts.features = FeatureSet(reply)
        case .type where reply.isFailure: return refuse(ReplyMapping.error(reply, action: "switch to binary transfer"))
        case .directory: facts.loginDirectory = WorkingDirectoryReply.path(reply)
        case .nextData: facts.nextData = reply
        default: break
        }
        guard awaited.isEmpty else { return .awaitReply }
        if facts.features != expectations.features { facts.openOptions = options(facts.features) }
        return finish()
    }

    private mutating func protectionAnswered(_ reply: Reply) -> StorageError? {
        facts.protectsData = protectsData && reply.isCompletion
        guard protectsData, !reply.isCompletion else { return nil }
        return ProtectionRefusal.data(reply)
    }

    private func options(_ features: FeatureSet) -> [Command] {
        var commands: [Command] = []
        // Refused by some servers that always speak UTF-8 (Pure-FTPd), which is as good.
        if features.hasUTF8 { commands.append(prefersUTF8 ? .utf8On : .utf8Off) }
        let wanted = features.facts.filter { Self.usefulFacts.contains($0.name.lowercased()) }
        if wanted.contains(where: { !$0.isShown }) { commands.append(.chooseFacts(wanted.map(\.name))) }
        return commands
    }

    private static let usefulFacts: Set<String> = [
        "type", "size", "sizd", "modify", "unique", "unix.mode", "unix.owner", "unix.group", "unix.uid", "unix.gid",
    ]
}
