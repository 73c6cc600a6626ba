import Foundation
import TestServers

/// What `syncctl test --json` printed.
struct TestOutput {
    struct Step {
        let name: String
        let isOK: Bool
        let facts: [String]
        let reply: String?
    }

    let steps: [Step]
    private let summary: [String: Any]

    init(_ result: CommandResult) throws {
        var steps: [Step] = []
        var summary: [String: Any] = [:]
        for line in result.output.split(separator: "\n") {
            guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
                continue
            }
            guard object["event"] as? String == "step" else {
                summary = object
                continue
            }
            steps.append(
                Step(
                    name: object["step"] as? String ?? "", isOK: object["ok"] as? Bool ?? false,
                    facts: object["facts"] as? [String] ?? [], reply: object["server_reply"] as? String))
        }
        self.steps = steps
        self.summary = summary
    }

    var names: [String] { steps.map(\.name) }
    func step(_ name: String) -> Step? { steps.first { $0.name == name } }

    /// `status_code`, `step`, `remedy`, `server_reply`, `left_behind` and their like.
    subscript(_ key: String) -> String? { summary[key] as? String }
}
