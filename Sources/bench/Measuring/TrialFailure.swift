/// Why a trial has no time.
enum TrialFailure: Error, Equatable, CustomStringConvertible {
    /// The program failed, or its result is not what it has to be.
    case wrong(String)
    /// It did not end within the limit, in seconds, and was killed.
    case overLimit(Double)

    var description: String {
        switch self {
        case .wrong(let reason): reason
        case .overLimit(let seconds): "no end within \(Int(seconds)) s"
        }
    }
}

extension TrialFailure {
    /// The line of a program's messages that says most: the first with an error in it, or else the last one.
    static func complaint(in text: String) -> String {
        let lines = text.suffix(10_000).split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }
        let line = lines.first { $0.lowercased().contains("error") } ?? lines.last ?? "no message"
        return String(line.prefix(200))
    }
}
