import FileModel
import NIOCore
import SeededRandom
import TestServers
import Testing

@testable import TLS

@Suite struct TLSSessionTests {
    @Test(arguments: [TLSVersion.tls12, .tls13])
    func carriesBytesBothWaysAndEndsInOrder(version: TLSVersion) async throws {
        var settings = try await SessionPair.trusting()
        settings.minimumVersion = version
        settings.maximumVersion = version
        let pair = try await SessionPair(client: settings)
        try pair.handshake()
        #expect(pair.client.version == "TLSv\(version.rawValue)")
        let big = ByteBuffer(bytes: (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        #expect(try pair.send(big, from: pair.client, to: pair.server) == big)
        #expect(try pair.send(big, from: pair.server, to: pair.client) == big)

        pair.server.shutdown()
        pair.carry(from: pair.server, to: pair.client)
        var rest = ByteBuffer()
        #expect(try pair.client.read(into: &rest) == false)
        #expect(pair.client.receivedCloseNotify && rest.readableBytes == 0)
        #expect(try pair.send(ByteBuffer(string: "still"), from: pair.client, to: pair.server).readableBytes == 5)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func bytesThatComeInAnyPiecesAreReadAsTheyWereSent(version: TLSVersion) async throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        var settings = try await SessionPair.trusting()
        settings.minimumVersion = version
        settings.maximumVersion = version
        let pair = try await SessionPair(client: settings)
        try pair.handshake()
        let sent = ByteBuffer(bytes: (0..<500_000).map { _ in UInt8.random(in: .min ... .max, using: &random) })
        try pair.server.write(sent)
        var (wire, read) = (try #require(pair.server.takeOutput()), ByteBuffer())
        while wire.readableBytes > 0 {
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let most = [1, 100, 20_000, 70_000].randomElement(using: &random) ?? 1
                let length = min(Int.random(in: 0...most, using: &random), wire.readableBytes)
                pair.client.receive(wire.readSlice(length: length) ?? ByteBuffer())
            }
            #expect(try pair.client.read(into: &read))
        }
        #expect(read == sent, "seed \(seed)")
        #expect(!pair.client.holdsUnreadBytes)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func resumesASessionOfTheSameServer(version: TLSVersion) async throws {
        var settings = try await SessionPair.trusting()
        settings.minimumVersion = version
        settings.maximumVersion = version
        let client = try TLSContext(settings)
        let server = try await SessionPair.server(.valid)
        let first = try SessionPair(client, server)
        try first.handshake()
        #expect(!first.client.wasResumed)
        // Under TLS 1.3 the ticket comes with the first bytes read.
        _ = try first.send(ByteBuffer(string: "220 ready"), from: first.server, to: first.client)
        let ticket = try #require(first.client.resumption)
        for _ in 0..<3 {
            let next = try SessionPair(client, server, resuming: ticket)
            try next.handshake()
            #expect(next.client.wasResumed)
            #expect(next.client.peerCertificate?.subject == "CN=localhost")
        }
    }

    @Test func theSystemsAuthoritiesAreReadForTheFirstSession() async throws {
        let context = try TLSContext()
        #expect(!context.hasSystemAuthorities)
        _ = try TLSSession(context, host: "localhost")
        #expect(context.hasSystemAuthorities)
        let own = try TLSContext(try await SessionPair.trusting())
        _ = try TLSSession(own, host: "localhost")
        #expect(!own.hasSystemAuthorities)
    }

    @Test func aNewContextOfTheServerResumesNothingAndStillConnects() async throws {
        let client = try TLSContext(try await SessionPair.trusting())
        let first = try SessionPair(client, try await SessionPair.server(.valid))
        try first.handshake()
        _ = try first.send(ByteBuffer(string: "x"), from: first.server, to: first.client)
        let ticket = try #require(first.client.resumption)
        let other = try SessionPair(client, try await SessionPair.server(.valid), resuming: ticket)
        try other.handshake()
        #expect(!other.client.wasResumed)
    }

    @Test func bytesThatWereTamperedWithAreAnError() async throws {
        let pair = try await SessionPair(client: try await SessionPair.trusting())
        try pair.handshake()
        try pair.server.write(ByteBuffer(string: "secret"))
        var bytes = try #require(pair.server.takeOutput())
        let last = bytes.writerIndex - 1
        bytes.setInteger(try #require(bytes.getInteger(at: last, as: UInt8.self)) ^ 1, at: last)
        pair.client.receive(bytes)
        var plain = ByteBuffer()
        let error = storageError { _ = try pair.client.read(into: &plain) }
        #expect(error?.code == .tlsFailed)
        #expect(plain.readableBytes == 0)
    }

    @Test func aServerThatSpeaksNoTLSIsNamed() async throws {
        let pair = try await SessionPair(client: TLSSettings())
        _ = try pair.client.handshake()
        pair.client.receive(ByteBuffer(string: "220 plain FTP server ready\r\n"))
        let error = try #require(storageError { _ = try pair.client.handshake() })
        #expect(error.code == .tlsFailed)
        #expect(error.message.contains("does not speak TLS on this port"), "\(error)")
    }

    @Test func versionsWithoutACommonOneAreNamed() async throws {
        var old = TLSSettings()
        old.maximumVersion = .tls12
        var new = try await SessionPair.trusting()
        new.minimumVersion = .tls13
        let pair = try await SessionPair(client: new, server: old)
        let error = try #require(storageError { try pair.handshake() })
        #expect(error.code == .tlsFailed)
    }

    @Test func tls10WorksAtSecurityLevelZero() async throws {
        var settings = try await SessionPair.trusting()
        settings.minimumVersion = .tls10
        settings.maximumVersion = .tls10
        let pair = try await SessionPair(client: settings, server: settings)
        try pair.handshake()
        #expect(pair.client.version == "TLSv1")
    }

    @Test func aClientCertificateIsShown() async throws {
        let certificates = try await Certificates.shared()
        var settings = try await SessionPair.trusting()
        settings.clientCertificate = certificates.combinedFile(.selfSigned)
        let pair = try await SessionPair(client: settings)
        try pair.handshake()
    }
}
