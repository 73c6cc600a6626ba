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
