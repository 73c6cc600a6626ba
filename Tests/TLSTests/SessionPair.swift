import FileModel
import NIOCore
import TestServers

@testable import TLS

/// A client and a server that talk in memory.
struct SessionPair {
    let client: TLSSession
    let server: TLSSession

    init(
        client settings: TLSSettings, kind: CertificateKind = .valid, host: String = "localhost",
        server serverSettings: TLSSettings = TLSSettings(), resuming: TLSResumption? = nil
    ) async throws {
        let server = try await Self.server(kind, serverSettings)
        try self.init(TLSContext(settings), server, host: host, resuming: resuming)
    }

    init(_ client: TLSContext, _ server: TLSContext, host: String = "localhost", resuming: TLSResumption? = nil) throws
    {
        self.client = try TLSSession(client, host: host, resuming: resuming)
        self.server = try TLSSession.accepting(server)
    }

    static func server(_ kind: CertificateKind, _ settings: TLSSettings = TLSSettings()) async throws -> TLSContext {
        let certificates = try await Certificates.shared()
        return try TLSContext.server(
            certificate: certificates.certificateFile(kind), key: certificates.keyFile(kind), settings: settings)
    }

    /// Settings that trust the test authority.
    static func trusting() async throws -> TLSSettings {
        var settings = TLSSettings()
        settings.trust = .authorities(file: try await Certificates.shared().caFile)
        return settings
    }

    /// Runs both handshakes to their end, or to the first error.
    func handshake() throws(StorageError) {
        var isDone = (client: false, server: false)
        for _ in 0..<10 where !(isDone.client && isDone.server) {
            isDone.client = try client.handshake()
            carry(from: client, to: server)
            isDone.server = try server.handshake()
            carry(from: server, to: client)
        }
        guard isDone.client && isDone.server else { throw StorageError(.failed, "the handshake does not end") }
    }

    func carry(from sender: TLSSession, to receiver: TLSSession) {
        while let bytes = sender.takeOutput() { receiver.receive(bytes) }
    }

    func send(_ bytes: ByteBuffer, from sender: TLSSession, to receiver: TLSSession) throws -> ByteBuffer {
        try sender.write(bytes)
        carry(from: sender, to: receiver)
        var received = ByteBuffer()
        _ = try receiver.read(into: &received)
        return received
    }
}

/// The error that `body` throws; nil when it throws none.
func storageError(_ body: () throws -> Void) -> StorageError? {
    do {
        try body()
        return nil
    } catch {
        return error as? StorageError
    }
}
