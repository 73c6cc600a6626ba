import TestServers
import Testing

@testable import SSH

@Suite struct HostKeyPinTests {
    private let digest = [UInt8](0..<32)

    @Test func readsEveryUsualSpelling() {
        let key = HostKey(type: "ssh-ed25519", blob: [], sha256: digest)
        let hex = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        let base64 = String(key.fingerprint.dropFirst(7))
        for text in [
            key.fingerprint, base64, base64 + "=", hex.joined(), hex.joined(separator: ":"), hex.joined().uppercased(),
        ] {
            #expect(HostKeyPin(text)?.sha256 == digest, "\(text)")
        }
    }

    @Test(arguments: ["", "SHA256:", "SHA256:abc", "MD5:00", "zz", String(repeating: "0", count: 63)])
    func refusesTheRest(_ text: String) {
        #expect(HostKeyPin(text) == nil)
    }

    @Test func typesAreReadWithCare() {
        #expect(HostKey.type(of: Array("\0\0\0\u{7}ssh-rsa....".utf8)) == "ssh-rsa")
        #expect(HostKey.type(of: [0, 0, 0, 200, 65]) == nil)
        #expect(HostKey.type(of: [0xFF, 0xFF, 0xFF, 0xFF, 65]) == nil)
        #expect(HostKey.type(of: []) == nil)
    }
}
