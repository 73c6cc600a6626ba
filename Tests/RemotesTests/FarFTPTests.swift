import ConformanceTests
import FaultInjection
import FileModel
import RemoteFileSystem
import TestServers
import Testing
import Transport

extension ServedRemote {
    /// A server at the end of a line with a round trip of 30 ms.
    fileprivate static func far(_ server: TestServer, keepsHalvesApart: Bool = true) async throws -> ServedRemote {
        let relay = try await FaultRelay(
            to: server.port, dataPorts: server.passivePorts, latency: .roundTrip(.milliseconds(30)),
            delaysConnections: true, keepsHalvesApart: keepsHalvesApart)
        var served = try await ftp(server) { settings, _ in
            settings.endpoint = Endpoint(host: relay.host, port: server.port)
        }
        served.relay = relay
        return served
    }

    @Sendable fileprivate static func farProFTPD() async throws -> ServedRemote { try await far(.proFTPD()) }
    @Sendable fileprivate static func farProFTPDExplicit() async throws -> ServedRemote {
        try await far(.proFTPD(tls: .explicit))
    }
    @Sendable fileprivate static func farVsftpd() async throws -> ServedRemote { try await far(.vsftpd()) }
    @Sendable fileprivate static func farVsftpdExplicit() async throws -> ServedRemote {
        try await far(.vsftpd(tls: .explicit))
    }
    /// Behind a proxy that ends both halves of a connection when one of them ends.
    @Sendable fileprivate static func proFTPDWithoutHalves() async throws -> ServedRemote {
        try await far(.proFTPD(), keepsHalvesApart: false)
    }
}

/// On a line with a round trip small files travel in another way: commands go ahead of a transfer's end, and the session
/// serves the next file before the last is finished.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct FarFTPTests {
    @Suite(.remote(ServedRemote.farProFTPD))
    struct FarProFTPD {
        @Test(arguments: ConformanceCheck.wholeFiles)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }

    @Suite(.remote(ServedRemote.farProFTPDExplicit))
    struct FarProFTPDExplicit {
        @Test(arguments: ConformanceCheck.wholeFiles)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }

    @Suite(.remote(ServedRemote.farVsftpd))
    struct FarVsftpd {
        @Test(arguments: ConformanceCheck.wholeFiles)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }

    @Suite(.remote(ServedRemote.farVsftpdExplicit))
    struct FarVsftpdExplicit {
        @Test(arguments: ConformanceCheck.wholeFiles)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }

    @Suite(.remote(ServedRemote.proFTPDWithoutHalves))
    struct ThroughAProxyThatKnowsNoHalves {
        @Test(arguments: ConformanceCheck.wholeFiles)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }
}
