import CProviders
import SeededRandom
import Testing

@testable import SSH

struct KeystreamTests {
    /// NIST SP 800-38A, F.5.1.
    private let key: [UInt8] = [
        0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c,
    ]
    private let counter: [UInt8] = Array(0xf0...0xff)

    @Test func encryptsTheBlocksOfTheStandard() throws {
        let plain: [UInt8] = [
            0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96, 0xe9, 0x3d, 0x7e, 0x11, 0x73, 0x93, 0x17, 0x2a,
            0xae, 0x2d, 0x8a, 0x57, 0x1e, 0x03, 0xac, 0x9c, 0x9e, 0xb7, 0x6f, 0xac, 0x45, 0xaf, 0x8e, 0x51,
        ]
        let encrypted: [UInt8] = [
            0x87, 0x4d, 0x61, 0x91, 0xb6, 0x20, 0xe3, 0x26, 0x1b, 0xef, 0x68, 0x64, 0x99, 0x0d, 0xb6, 0xce,
            0x98, 0x06, 0xf6, 0x6b, 0x79, 0x70, 0xfd, 0xff, 0x86, 0x17, 0x18, 0x7b, 0xb9, 0xff, 0xfd, 0xff,
        ]
        let cipher = try Cipher(key, counter, isOurs: true)
        #expect(try cipher.apply(Array(plain[..<16])) + cipher.apply(Array(plain[16...])) == encrypted)
    }

    @Test(arguments: [true, false]) func saysTheSameAsOpenSSLInPiecesOfAnyLength(inPlace: Bool) throws {
        var random = SeededGenerator(seed: 0x1F2E)
        for counter in [counter, Array(repeating: 0xff, count: 16)] {
            let ours = try Cipher(key, counter, isOurs: true)
            let theirs = try Cipher(key, counter, isOurs: false)
            for _ in 0..<2000 {
                let count = [16, 16, 16, 1, 15, 17, 4095, 4096, 4097, 9000].randomElement(using: &random) ?? 16
                let text = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
                #expect(try ours.apply(text, inPlace: inPlace) == theirs.apply(text))
            }
        }
    }

    @Test func aNewCounterBeginsANewStream() throws {
        let cipher = try Cipher(key, counter, isOurs: true)
        let text = [UInt8](repeating: 7, count: 48)
        let first = try cipher.apply(text)
        #expect(try cipher.apply(text) != first)
        try cipher.start(nil, counter)
        #expect(try cipher.apply(text) == first)
        try cipher.start(key.reversed(), counter)
        #expect(try cipher.apply(text) != first)
    }

    @Test func hasNoStreamWithoutAKey() throws {
        let cipher = try Cipher(nil, nil, isOurs: true)
        #expect(throws: Cipher.Refused.self) { try cipher.apply([UInt8](repeating: 0, count: 16)) }
    }

    @Test func standsBesideTheProcessOwnCiphers() throws {
        #expect(try Cipher(key, counter, isOurs: true).provider == "remora")
        #expect(try Cipher(key, counter, isOurs: false).provider == "default")
    }
}

/// AES-128-CTR as libssh2 asks for it, in the context it asks in or outside.
private final class Cipher {
    struct Refused: Error {}

    private let context: OpaquePointer

    init(_ key: [UInt8]?, _ counter: [UInt8]?, isOurs: Bool) throws {
        guard let context = EVP_CIPHER_CTX_new() else { throw Refused() }
        self.context = context
        func start() -> CInt { EVP_CipherInit(context, EVP_aes_128_ctr(), key, counter, 1) }
        guard (isOurs ? CipherContext.use { start() } : start()) == 1 else { throw Refused() }
    }

    deinit { EVP_CIPHER_CTX_free(context) }

    var provider: String? {
        EVP_CIPHER_get0_provider(EVP_CIPHER_CTX_get0_cipher(context)).flatMap {
            OSSL_PROVIDER_get0_name($0).map { String(cString: $0) }
        }
    }

    func start(_ key: [UInt8]?, _ counter: [UInt8]) throws {
        guard EVP_CipherInit(context, nil, key, counter, 1) == 1 else { throw Refused() }
    }

    func apply(_ text: [UInt8], inPlace: Bool = false) throws -> [UInt8] {
        var result = text
        let count = result.withUnsafeMutableBufferPointer { output in
            text.withUnsafeBufferPointer { input in
                let source = inPlace ? UnsafePointer(output.baseAddress) : input.baseAddress
                return EVP_Cipher(context, output.baseAddress, source, CUnsignedInt(text.count))
            }
        }
        guard count == text.count else { throw Refused() }
        return result
    }
}
