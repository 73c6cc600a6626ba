/// What a run has to do with a plan file.
public enum PlanFileUse: Hashable, Sendable {
    case none
    /// Decide, write the plan there, and change nothing. `about` comes back from `PlanFile.about`.
    case write(String, about: [String: String])
    /// Do what the plan there says, and nothing else.
    case carryOut(String)

    public var isWritten: Bool { written != nil }

    var written: (path: String, about: [String: String])? {
        if case .write(let path, let about) = self { (path, about) } else { nil }
    }

    var carriedOut: String? {
        if case .carryOut(let path) = self { path } else { nil }
    }
}
