import Glibc

/// What happens, for whoever waits: lines on standard error.
struct Progress: Sendable {
    func say(_ text: String) {
        var line = text + "\n"
        line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    func began(_ title: String) { say("  \(title)") }

    func ran(_ contestant: Contestant, _ measurement: Measurement) {
        say("    \(contestant.name): \(Figures.trial(measurement))")
    }

    func failed(_ contestant: Contestant, _ reason: String) { say("    \(contestant.name): FAILED: \(reason)") }
}
