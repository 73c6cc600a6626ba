import FileModel

@testable import Transport

extension FuzzTarget {
    static let httpProxy = FuzzTarget(
        "HTTP proxy",
        samples: [
            "HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n220 hello\r\n",
            "HTTP/1.0 407 Authentication Required\r\n\r\n",
            "HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\n\r\nsorry", "HTTP/1.1 502 Bad Gateway\n\n",
            "220 ftp ready\r\n\r\n",
        ],
        words: ["HTTP/", "200", "407", "\r\n\r\n", "\n\n", " "]
    ) { input, random in
        try checkDialogue(.http, user: "me", input, &random)
    }

    static let socksProxies = FuzzTarget(
        "SOCKS proxies",
        samples: [
            [0, 0x5A, 0, 0, 0, 0, 0, 0, 50], [0, 0x5D, 0, 0, 0, 0, 0, 0], [5, 0, 5, 0, 0, 1, 1, 2, 3, 4, 0, 21, 50],
            [5, 2, 1, 0, 5, 0, 0, 3, 2, 97, 98, 0, 21, 50], [5, 0, 5, 5, 0, 1, 0, 0, 0, 0, 0, 0], [5, 0xFF],
            [5, 0, 5, 0, 0, 4] + [UInt8](repeating: 0, count: 18) + [50],
        ],
        words: [[5, 0], [5, 2], [1, 0], [1, 1], [5, 0, 0, 3, 255], [0, 0x5A], [0, 0x5B]]
    ) { input, random in
        for kind in [ProxySettings.Kind.socks4, .socks4a, .socks5] {
            try checkDialogue(kind, user: random.once(in: 2) ? "me" : "", input, &random)
        }
    }

    /// What is said, and which bytes are left for the server, do not depend on how the answer arrives; no secret in
    /// any error.
    private static func checkDialogue(
        _ kind: ProxySettings.Kind, user: String, _ input: [UInt8], _ random: inout FuzzRandom
    ) throws {
        let settings = ProxySettings(
            kind: kind, endpoint: Endpoint(host: "127.0.0.1", port: 1080), user: user, password: Secret("sesame"))
        let target = Endpoint(host: "192.0.2.1", port: 21)
        let whole = try ProxyTranscript(settings.dialogue(to: target), [input])
        let pieces = try ProxyTranscript(settings.dialogue(to: target), random.pieces(of: input))
        try require(whole == pieces, "the dialogue depends on how the bytes arrive")
        guard let error = whole.error else { return }
        try checkError(error)
        try require(!error.description.contains("sesame"), "the password in '\(error)'")
    }
}

private struct ProxyTranscript: Equatable {
    var sent: [[UInt8]]
    var rest: [UInt8] = []
    var isEstablished = false
    var error: StorageError?

    init(_ dialogue: any ProxyDialogue, _ pieces: [[UInt8]]) {
        var dialogue = dialogue
        sent = [dialogue.start()]
        var pending: ArraySlice<UInt8> = []
        do throws(StorageError) {
            for piece in pieces {
                pending += piece
                if !isEstablished { try advance(&dialogue, &pending) }
            }
            rest = Array(pending)
        } catch {
            self.error = error
        }
    }

    private mutating func advance(
        _ dialogue: inout any ProxyDialogue, _ pending: inout ArraySlice<UInt8>
    ) throws(StorageError) {
        while true {
            switch try dialogue.received(&pending) {
            case .needsMore: return
            case .send(let bytes): sent.append(bytes)
            case .established:
                isEstablished = true
                return
            }
        }
    }
}
