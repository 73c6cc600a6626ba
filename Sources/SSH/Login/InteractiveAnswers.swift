import FileModel

/// Answers the questions of one keyboard-interactive login (RFC 4256), and keeps them for messages.
final class InteractiveAnswers {
    /// No login takes more rounds, and a server that repeats its question would get the password again and again.
    private static let maximumQuestions = 16

    private let password: Secret
    private let user: String
    /// The server's words, safe to print.
    private(set) var prompts: [String] = []
    private var hidden = 0

    init(password: Secret, user: String) {
        self.password = password
        self.user = user
    }

    var isEndless: Bool { prompts.count > Self.maximumQuestions }

    /// One question, hidden: the same as the method `password`.
    var askedOnlyForThePassword: Bool { prompts.count == 1 && hidden == 1 }

    var summary: String { prompts.prefix(4).map { "'\($0)'" }.joined(separator: ", ") }

    /// The password where nothing is echoed, once for each question; the user's name where it is echoed.
    func answer(_ prompt: [UInt8], isEchoed: Bool) -> String {
        let words = printable(prompt.prefix(100)).drop { $0 == " " }
        let text = String(words.reversed().drop { $0 == " " }.reversed())
        let isRepeated = prompts.contains(text)
        if prompts.count <= Self.maximumQuestions { prompts.append(text) }
        if isEchoed { return user }
        hidden += 1
        return isRepeated ? "" : password.revealed
    }
}
