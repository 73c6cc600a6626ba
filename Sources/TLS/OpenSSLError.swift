import COpenSSL
import FileModel

/// OpenSSL's error queue of this thread, as a sentence.
enum OpenSSLErrors {
    /// Before a call whose failure will be read from the queue.
    static func clear() { ERR_clear_error() }

    /// The reasons in the queue, oldest first, each once; leaves the queue empty.
    static func drain() -> String {
        var reasons: [String] = []
        while case let code = ERR_get_error(), code != 0 {
            let reason = ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(code)"
            if !reasons.contains(reason) { reasons.append(reason) }
        }
        return reasons.isEmpty ? "no reason given" : reasons.joined(separator: ", ")
    }
}
