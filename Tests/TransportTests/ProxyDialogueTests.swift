import FileModel
import Testing

@testable import Transport

/// What each proxy protocol says byte for byte, fed whole and one byte at a time.
@Suite struct ProxyDialogueTests {
    private let target = Endpoint(host: "ftp.example.com", port: 2121)

    private func settings(_ kind: ProxySettings.Kind, user: String = "", domain: String = "") -> ProxySettings {
        ProxySettings(
            kind: kind, endpoint: Endpoint(host: "127.0.0.1", port: 1080), user: user,
            password: user.isEmpty ? nil : Secret("open"), domain: domain)
    }

    /// Feeds `answers`, each after what was sent before, in pieces of `step` bytes; returns all that was sent.
    private func talk(
        _ dialogue: any ProxyDialogue, answers: [[UInt8]], step: Int
    ) throws -> (sent: [[UInt8]], rest: [UInt8], isEstablished: Bool) {
        var dialogue = dialogue
        var sent = [dialogue.start()]
        var buffer: ArraySlice<UInt8> = []
        for answer in answers {
            for start in stride(from: 0, to: answer.count, by: step) {
                buffer += answer[start..<min(start + step, answer.count)]
                switch try dialogue.received(&buffer) {
                case .needsMore: continue
                case .send(let bytes): sent.append(bytes)
                case .established: return (sent, Array(buffer) + answer[min(start + step, answer.count)...], true)
                }
            }
        }
        return (sent, Array(buffer), false)
    }

    @Test(arguments: [1, 3, 1000]) func httpConnectLeavesTheServersBytes(step: Int) throws {
        let dialogue = try settings(.http, user: "me", domain: "CORP").dialogue(to: target)
        let answer = Array("HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n220 hello\r\n".utf8)
        let result = try talk(dialogue, answers: [answer], step: step)
        #expect(
            String(decoding: result.sent[0], as: UTF8.self)
                == "CONNECT ftp.example.com:2121 HTTP/1.1\r\nHost: ftp.example.com:2121\r\n"
                + "Proxy-Authorization: Basic Q09SUFxtZTpvcGVu\r\n\r\n")
        #expect(result.isEstablished)
        #expect(result.rest == Array("220 hello\r\n".utf8))
    }

    @Test(arguments: [
        ("HTTP/1.0 407 Proxy Authentication Required\r\n\r\n", StorageError.Code.proxyRefused),
        ("HTTP/1.1 403 Forbidden\r\n\r\n", .unreachable),
        ("HTTP/1.1 502 Bad Gateway\r\n\r\n", .unreachable),
        ("220 ftp ready\r\n\r\n", .protocolViolation),
        (String(repeating: "x", count: 20_000), .protocolViolation),
    ])
    func httpRefusals(_ answer: String, _ code: StorageError.Code) throws {
        let dialogue = try settings(.http).dialogue(to: target)
        let error = #expect(throws: StorageError.self) { try talk(dialogue, answers: [Array(answer.utf8)], step: 5000) }
        #expect(error?.code == code)
    }

    @Test(arguments: [1, 1000]) func socks4aSendsTheName(step: Int) throws {
        let dialogue = try settings(.socks4a, user: "me").dialogue(to: target)
        let result = try talk(dialogue, answers: [[0, 0x5A, 0, 0, 0, 0, 0, 0, 50]], step: step)
        #expect(
            result.sent == [[4, 1, 8, 73, 0, 0, 0, 1] + Array("me".utf8) + [0] + Array("ftp.example.com".utf8) + [0]])
        #expect(result.rest == [50])
    }

    @Test func socks4WantsAnAddress() throws {
        #expect(throws: StorageError.self) { try settings(.socks4).dialogue(to: target) }
        let dialogue = try settings(.socks4).dialogue(to: Endpoint(host: "127.0.0.1", port: 21))
        #expect(try talk(dialogue, answers: [], step: 1).sent == [[4, 1, 0, 21, 127, 0, 0, 1, 0]])
        let error = #expect(throws: StorageError.self) {
            try talk(dialogue, answers: [[0, 0x5D, 0, 0, 0, 0, 0, 0]], step: 1)
        }
        #expect(error?.code == .proxyRefused)
    }

    @Test(arguments: [1, 1000]) func socks5LogsInAndConnects(step: Int) throws {
        let dialogue = try settings(.socks5, user: "me").dialogue(to: target)
        let answers: [[UInt8]] = [[5, 2], [1, 0], [5, 0, 0, 3, 2, 97, 98, 0, 21, 50]]
        let result = try talk(dialogue, answers: answers, step: step)
        let name = Array("ftp.example.com".utf8)
        #expect(
            result.sent == [
                [5, 2, 0, 2], [1, 2] + Array("me".utf8) + [4] + Array("open".utf8),
                [5, 1, 0, 3, UInt8(name.count)] + name + [8, 73],
            ])
        #expect(result.isEstablished)
        #expect(result.rest == [50])
    }

    @Test(
        arguments: [
            ([[5, 0xFF]], StorageError.Code.proxyRefused), ([[5, 2], [1, 1]], .proxyRefused),
            ([[4, 0]], .protocolViolation),
            ([[5, 0], [5, 5, 0, 1, 0, 0, 0, 0, 0, 0]], .unreachable),
            ([[5, 0], [5, 0, 0, 9, 0]], .protocolViolation),
        ] as [([[UInt8]], StorageError.Code)])
    func socks5Refusals(_ answers: [[UInt8]], _ code: StorageError.Code) throws {
        let dialogue = try settings(.socks5, user: "me").dialogue(to: target)
        let error = #expect(throws: StorageError.self) { try talk(dialogue, answers: answers, step: 1) }
        #expect(error?.code == code)
        #expect(error?.message.contains("open") == false)
    }
}
