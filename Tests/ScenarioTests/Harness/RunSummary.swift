import Foundation

/// What `--json` printed, as far as the scenarios ask for it.
struct RunSummary {
    private let fields: [String: Any]

    struct NotJSON: Error, CustomStringConvertible {
        let description: String
    }

    /// Reads the last line that is a JSON object.
    init(_ output: String) throws {
        for line in output.split(separator: "\n").reversed() {
            let object = try? JSONSerialization.jsonObject(with: Data(line.utf8))
            if let fields = object as? [String: Any] {
                self.fields = fields
                return
            }
        }
        guard let fields = try? JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] else {
            throw NotJSON(description: "no JSON object in: \(output)")
        }
        self.fields = fields
    }

    /// A status code of a transfer, such as `OK` or `FTP_LOGIN_FAILED`.
    var statusCode: String? { fields["status_code"] as? String }

    /// `success`, `partial_failure`, `failure`, `skipped`.
    var status: String? { fields["status"] as? String }

    /// Paths that were changed on either side.
    var changes: Int { Self.counters.reduce(0) { $0 + (fields[$1] as? Int ?? 0) } }

    private static let counters = [
        "uploaded", "downloaded", "folders", "deleted", "renamed", "conflicts", "failed", "not_attempted",
    ]
}
