import FileModel

/// Takes a URL apart, from left to right (RFC 3986 §3), with the limits of the protocols in mind.
struct URLParser {
    struct Parts {
        var scheme: RemoteScheme
        var user: String?
        var password: Secret?
        var host = ""
        var port: Int?
        var folder: RemoteFolder?
    }

    private let bytes: [UInt8]

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    func parse() throws(URLProblem) -> Parts {
        let (scheme, start) = try scheme()
        var parts = Parts(scheme: scheme)
        let end = bytes[start...].firstIndex(of: UInt8(ascii: "/")) ?? bytes.count
        var hostStart = start
        // A password may hold an unencoded @; the last one ends it.
        if let sign = bytes[start..<end].lastIndex(of: UInt8(ascii: "@")) {
            try login(start..<sign, into: &parts)
            hostStart = sign + 1
        }
        try address(hostStart..<end, into: &parts)
        if end < bytes.count { parts.folder = try folder(end..<bytes.count) }
        return parts
    }

    private func scheme() throws(URLProblem) -> (RemoteScheme, Int) {
        let length = bytes.prefix { $0 != UInt8(ascii: ":") }.count
        guard bytes[length...].starts(with: "://".utf8) else {
            throw URLProblem(
                message: "a URL starts with a protocol: ftp://, ftpes://, ftps:// or sftp://", range: 0..<bytes.count)
        }
        let name = String(decoding: bytes[..<length], as: UTF8.self).lowercased()
        guard let scheme = RemoteScheme(rawValue: name) else {
            // What cannot be a protocol may be a login, password and all.
            let isWord = bytes[..<length].allSatisfy { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 }
            throw URLProblem(
                message:
                    "unknown protocol\(isWord ? " \(quoted(bytes[..<length]))" : ""); use ftp, ftpes, ftps or sftp",
                suggestion: NearName.find(name, among: RemoteScheme.allCases.map(\.rawValue)), range: 0..<length)
        }
        return (scheme, length + 3)
    }

    private func login(_ range: Range<Int>, into parts: inout Parts) throws(URLProblem) {
        let colon = bytes[range].firstIndex(of: UInt8(ascii: ":"))
        let user = range.lowerBound..<(colon ?? range.upperBound)
        if !user.isEmpty { parts.user = try text(user, "the user name") }
        if let colon { parts.password = Secret(try text((colon + 1)..<range.upperBound, "the password")) }
    }

    private func address(_ range: Range<Int>, into parts: inout Parts) throws(URLProblem) {
        var portStart: Int?
        if bytes[range].first == UInt8(ascii: "[") {
            guard let close = bytes[range].firstIndex(of: UInt8(ascii: "]")) else {
                throw URLProblem(message: "the bracket around the IPv6 address is not closed", range: range)
            }
            parts.host = try HostName.check(text((range.lowerBound + 1)..<close, "the host"), at: range)
            if close + 1 < range.upperBound { portStart = close + 1 }
        } else {
            let colons = bytes[range].indices.filter { bytes[$0] == UInt8(ascii: ":") }
            if colons.count > 1 {
                throw URLProblem(
                    message: "an IPv6 address in a URL stands in brackets, such as sftp://[2001:db8::1]:22/",
                    range: range)
            }
            portStart = colons.first
            let host = try text(range.lowerBound..<(portStart ?? range.upperBound), "the host")
            parts.host = host.isEmpty ? "" : try HostName.check(host, at: range)
        }
        if let portStart { parts.port = try port(portStart..<range.upperBound) }
    }

    /// - Parameter range: from the colon on.
    private func port(_ range: Range<Int>) throws(URLProblem) -> Int? {
        let digits = range.dropFirst()
        if digits.isEmpty { return nil }
        let isNumber = bytes[digits].allSatisfy { (48...57).contains($0) } && bytes[range.lowerBound] == 58
        if isNumber, let port = Int(String(decoding: bytes[digits], as: UTF8.self)), (1...65535).contains(port) {
            return port
        }
        if bytes[range.upperBound...].contains(UInt8(ascii: "@")) {
            throw URLProblem(
                message: "the URL cannot be read; a '/' in a password is written %2F, a ':' in a user name %3A",
                range: range)
        }
        throw URLProblem(message: "the port must be a number from 1 to 65535", range: digits)
    }

    private func folder(_ range: Range<Int>) throws(URLProblem) -> RemoteFolder {
        let decoded = try decoded(range)
        do throws(StorageError) {
            return try RemoteFolder(decoded)
        } catch {
            throw URLProblem(message: "the folder cannot be used: \(error.message)", range: range)
        }
    }

    private func text(_ range: Range<Int>, _ what: String) throws(URLProblem) -> String {
        let decoded = try decoded(range)
        guard let text = String(validating: decoded, as: UTF8.self) else {
            throw URLProblem(message: "\(what) is not UTF-8 after percent-decoding", range: range)
        }
        if decoded.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw URLProblem(message: "\(what) holds a control character", range: range)
        }
        return text
    }

    private func decoded(_ range: Range<Int>) throws(URLProblem) -> [UInt8] {
        var result: [UInt8] = []
        var at = range.lowerBound
        while at < range.upperBound {
            guard bytes[at] == UInt8(ascii: "%") else {
                result.append(bytes[at])
                at += 1
                continue
            }
            let end = min(at + 3, range.upperBound)
            let digits = bytes[(at + 1)..<end]
            guard digits.count == 2, !digits.contains(UInt8(ascii: "+")), !digits.contains(UInt8(ascii: "-")),
                let byte = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else {
                throw URLProblem(
                    message: "'%' must be followed by two hexadecimal digits; a plain one is %25", range: at..<end)
            }
            result.append(byte)
            at = end
        }
        return result
    }
}

/// What may be asked of a resolver.
enum HostName {
    /// RFC 1035 §2.3.4: 255 octets on the wire leave 253 characters.
    static let longest = 253

    static func check(_ host: String, at range: Range<Int>) throws(URLProblem) -> String {
        if let problem = problem(of: host) { throw URLProblem(message: problem, range: range) }
        return host
    }

    static func problem(of host: String) -> String? {
        if host.isEmpty { return "the host is empty" }
        if host.utf8.count > longest {
            return "the host is \(host.utf8.count) bytes long; a name has at most \(longest)"
        }
        let isWrong = host.utf8.contains { $0 <= 0x20 || $0 == 0x7F || Array("/\\@?#[]<>\"'".utf8).contains($0) }
        return isWrong ? "\(quoted(Array(host.utf8))) is not a host name or address" : nil
    }
}
