import Glibc

/// A program with its arguments, as one would type it.
struct CommandLine: Sendable {
    /// The program, found by PATH unless it holds a slash, and its arguments.
    var arguments: [String]
    /// Variables added to those of this process. Secrets travel here, never in `arguments`.
    var environment: [String: String] = [:]

    init(_ arguments: [String], environment: [String: String] = [:]) {
        self.arguments = arguments
        self.environment = environment
    }

    init(_ arguments: String...) { self.init(arguments) }

    /// Fails, with a remedy, when the program is not there.
    func requireProgram() throws(TrialFailure) {
        let program = arguments[0]
        let folders =
            program.contains("/") ? [""] : (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":")
        let isThere = folders.contains { access($0.isEmpty ? program : "\($0)/\(program)", X_OK) == 0 }
        if !isThere {
            throw .wrong("\(program) is not there: run make bench, which builds and installs what is missing")
        }
    }
}
