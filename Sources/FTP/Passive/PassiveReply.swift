import FileModel

/// Where a server waits for a data connection, as its reply says it.
enum PassiveReply {
    /// The port of a 229 reply: `(|||6446|)`, with any delimiter (RFC 2428 §3).
    static func extendedPort(_ reply: Reply) throws(StorageError) -> Int {
        let text = reply.lines.last ?? []
        guard let open = text.firstIndex(of: UInt8(ascii: "(")), open + 1 < text.count else {
            throw unreadable(reply)
        }
        let fields = text[(open + 2)...].split(separator: text[open + 1], omittingEmptySubsequences: false)
        guard fields.count >= 4, let port = Digits.number(fields[2]), (1...65535).contains(port) else {
            throw unreadable(reply)
        }
        return port
    }

    /// The IPv4 address and port of a 227 reply: six numbers, in parentheses or not (RFC 1123 §4.1.2.6).
    static func addressAndPort(_ reply: Reply) throws(StorageError) -> (address: String, port: Int) {
        for run in (reply.lines.last ?? []).split(whereSeparator: { !(48...57).contains($0) && $0 != 44 }) {
            let numbers = run.split(separator: UInt8(ascii: ",")).map { Digits.number($0) ?? 256 }
            guard numbers.count == 6 else { continue }
            // Before anything is computed: a number may have eighteen digits.
            guard numbers.allSatisfy({ $0 < 256 }) else { break }
            let port = numbers[4] * 256 + numbers[5]
            guard port > 0 else { break }
            return (numbers[..<4].map(String.init).joined(separator: "."), port)
        }
        throw unreadable(reply)
    }

    private static func unreadable(_ reply: Reply) -> StorageError {
        StorageError(
            .dataConnectionFailed, "the server's passive reply cannot be read: \(reply)", serverReply: "\(reply)")
    }
}
