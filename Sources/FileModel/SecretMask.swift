/// Takes secrets out of texts that people will read.
public struct SecretMask: Hashable, Sendable {
    /// Longest first, so that one which holds another is taken whole.
    private let words: [String]

    /// Shorter ones are part of everything, and masking them everywhere would only tell which they are. Where a secret
    /// itself stands (`PASS`), nothing is written in the first place.
    private static let shortest = 4

    public init(_ secrets: [Secret]) {
        let revealed = secrets.map(\.revealed).filter { $0.utf8.count >= Self.shortest }
        words = Set(revealed + revealed.map { printable($0.utf8) }).sorted { $0.utf8.count > $1.utf8.count }
    }

    /// - Returns: the text with `••••` in place of each secret.
    public func applied(to text: String) -> String {
        words.reduce(text) { Self.replaced($1, in: $0) }
    }

    private static func replaced(_ word: String, in text: String) -> String {
        guard let bytes = masked(Array(text.utf8), hiding: Array(word.utf8)) else { return text }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// - Returns: nil where the secret does not occur.
    public static func masked(_ text: [UInt8], hiding secret: [UInt8]) -> [UInt8]? {
        guard !secret.isEmpty, text.count >= secret.count else { return nil }
        var result: [UInt8] = []
        var hasFound = false
        var index = 0
        while index < text.count {
            if text[index] == secret[0], text[index...].starts(with: secret) {
                result += "••••".utf8
                index += secret.count
                hasFound = true
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return hasFound ? result : nil
    }
}
