import ArgumentParser
import FileModel
import Glibc
import Service

/// Shows a server's proof, gets the user's word, and remembers it.
struct TrustDialogue {
    private let proof: any ServerProof
    private let json: Bool

    init(_ proof: any ServerProof, json: Bool) {
        self.proof = proof
        self.json = json
    }

    /// - Throws: exit code 1 for a no; `.configuration` where nobody can be asked; `.tlsFailed` or `.hostKeyRejected` for
    ///   another fingerprint than the given one, and for what cannot be accepted.
    func run(_ options: TrustDecisionOptions) async throws {
        if !json { show() }
        switch proof.standing {
        case .good, .accepted:
            if let fingerprint = options.fingerprint { try check(fingerprint) }
            return finish("trusted already", isAccepted: true)
        case .refused(let reason):
            throw failure("the \(proof.kind) of \(proof.server) cannot be accepted: \(reason)")
        case .unknown, .changed: break
        }
        guard try isWanted(options) else {
            finish("not accepted", isAccepted: false)
            throw ExitCode(1)
        }
        try await proof.accept()
        finish("accepted", isAccepted: true)
    }

    private func isWanted(_ options: TrustDecisionOptions) throws -> Bool {
        if let fingerprint = options.fingerprint {
            try check(fingerprint)
            return true
        }
        if options.yes { return true }
        guard !json, isatty(STDIN_FILENO) == 1 else {
            throw StorageError(
                .configuration,
                "nobody can be asked here whether the \(proof.kind) is right: give --fingerprint SHA256, or --yes to "
                    + "accept whatever the server shows")
        }
        Terminal.output.write("Accept this \(proof.kind)? Compare the fingerprint first. [y/N] ")
        let answer = readLine(strippingNewline: true)?.lowercased() ?? ""
        return answer == "y" || answer == "yes"
    }

    private func check(_ fingerprint: String) throws {
        guard try !proof.matches(fingerprint) else { return }
        let shown = proof.facts.first { $0.label == "SHA-256" }?.value ?? ""
        throw failure("\(proof.server) shows a \(proof.kind) with another fingerprint: \(shown)")
    }

    private func failure(_ message: String) -> StorageError {
        StorageError(proof.kind == "certificate" ? .tlsFailed : .hostKeyRejected, message)
    }

    // MARK: - What is shown

    private func show() {
        let output = Terminal.output
        output.writeLine("The \(proof.kind) of \(proof.server):")
        for fact in proof.facts where !fact.value.isEmpty {
            output.writeLine("  \(Terminal.padded(fact.label, to: 8)) \(fact.value)")
        }
        switch proof.standing {
        case .good: output.writeLine("It is trusted without being accepted.")
        case .accepted: output.writeLine("It was accepted before.")
        case .unknown(let reason): output.writeLine("It is not trusted: \(reason).")
        case .changed(let old, let reason):
            output.writeLine("IT HAS CHANGED. Accepted before: \(old).")
            output.writeLine("Of the new one: \(reason). If nobody changed it, somebody else may be answering.")
        case .refused(let reason): output.writeLine("It is refused: \(reason).")
        }
        if let remark = proof.remark { output.writeLine("Note: \(remark).") }
    }

    private func finish(_ words: String, isAccepted: Bool) {
        guard json else { return Terminal.output.writeLine("\(proof.server): \(words)") }
        var line = JSONLine("trust").adding("server", .string(proof.server)).adding("kind", .string(proof.kind))
            .adding("trusted", .boolean(isAccepted)).adding("result", .string(words))
        for fact in proof.facts {
            line.add(fact.label.lowercased().replacing("-", with: ""), .string(fact.value))
        }
        switch proof.standing {
        case .unknown(let reason), .refused(let reason): line.add("reason", .string(reason))
        case .changed(let old, let reason):
            line.add("reason", .string(reason))
            line.add("accepted_before", .string(old))
        case .good, .accepted: break
        }
        Terminal.output.writeLine(line.text)
    }
}
