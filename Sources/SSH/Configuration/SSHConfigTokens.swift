/// The tokens of ssh_config(5), "TOKENS", as far as their values are known here.
struct SSHConfigTokens: Hashable, Sendable {
    var home: String
    /// Of the computer that runs this.
    var localHost: String
    /// The server: as resolved by HostName, and as the user wrote it.
    var host: String
    var originalHost: String
    var hostKeyAlias: String?
    var port: Int
    var user: String
    var localUser: String
    var localUserID: UInt32

    /// HostName knows `%h` and `%%` only.
    static func hostName(_ text: String, host: String) -> String {
        (try? replace(text) { $0 == "h" ? host : nil }) ?? text
    }

    struct UnknownToken: Error {
        let token: Character
    }

    /// Replaces tokens and a `~/` in front.
    func expand(_ text: String) throws(UnknownToken) -> String {
        let path = try Self.replace(text, value)
        if path == "~" { return home }
        return path.hasPrefix("~/") ? home + path.dropFirst() : path
    }

    private func value(_ token: Character) -> String? {
        switch token {
        case "d": home
        case "h": host
        case "i": String(localUserID)
        case "k": hostKeyAlias ?? originalHost
        case "L": String(localHost.prefix { $0 != "." })
        case "l": localHost
        case "n": originalHost
        case "p": String(port)
        case "r": user
        case "u": localUser
        default: nil
        }
    }

    private static func replace(
        _ text: String, _ value: (Character) -> String?
    ) throws(UnknownToken) -> String {
        var result = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            guard character == "%" else {
                result.append(character)
                continue
            }
            let token = rest.popFirst() ?? "%"
            guard let replacement = token == "%" ? "%" : value(token) else { throw UnknownToken(token: token) }
            result += replacement
        }
        return result
    }
}
