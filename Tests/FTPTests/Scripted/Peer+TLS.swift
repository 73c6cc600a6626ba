import FTP
import FileModel
import NIOCore
import TLS
import TestServers

/// The script's end of TLS, on its blocking socket.
extension Peer {
    /// Takes a handshake and speaks encrypted from then on.
    func startTLS(_ context: TLSContext) throws {
        let session = try TLSSession.accepting(context)
        while try !session.handshake() {
            flush(session)
            guard let bytes = receiveRaw() else { throw ScriptProblem(description: "no handshake came") }
            session.receive(ByteBuffer(bytes: bytes))
        }
        flush(session)
        tls = session
        // The client's first command may have come with its Finished.
        pending += decrypted([]) ?? []
    }

    /// Says close_notify and goes on in clear, without waiting for the client's.
    func endTLS() {
        guard let session = tls else { return }
        session.shutdown()
        flush(session)
    }

    /// Reads up to the client's close_notify; clear text follows.
    ///
    /// - Parameter answering: says close_notify in turn.
    func awaitEndOfTLS(answering: Bool) throws {
        guard let session = tls else { return }
        var plain = ByteBuffer()
        while try session.read(into: &plain) {
            guard let bytes = receiveRaw() else { throw ScriptProblem(description: "no close_notify came") }
            session.receive(ByteBuffer(bytes: bytes))
        }
        guard plain.readableBytes == 0 else { throw ScriptProblem(description: "more came after CCC") }
        if answering { endTLS() }
        tls = nil
    }

    func sendEncrypted(_ bytes: [UInt8]) {
        guard let session = tls else { return }
        try? session.write(ByteBuffer(bytes: bytes))
        flush(session)
    }

    func decrypted(_ bytes: [UInt8]) -> [UInt8]? {
        guard let session = tls else { return nil }
        session.receive(ByteBuffer(bytes: bytes))
        var plain = ByteBuffer()
        guard let isOpen = try? session.read(into: &plain), isOpen || plain.readableBytes > 0 else { return nil }
        return Array(plain.readableBytesView)
    }

    private func flush(_ session: TLSSession) {
        while let output = session.takeOutput() { send(Array(output.readableBytesView)) }
    }

    /// A context with the certificate of the tests.
    static func context() async throws -> TLSContext {
        let certificates = try await Certificates.shared()
        return try TLSContext.server(
            certificate: certificates.certificateFile(.valid), key: certificates.keyFile(.valid))
    }
}

extension ScriptedServer {
    /// Settings for a script that starts TLS with the certificate of the tests.
    func settings(_ mode: FTPSecurityMode) async throws -> FTPSettings {
        var tls = TLSSettings()
        tls.trust = .authorities(file: try await Certificates.shared().caFile)
        var settings = settings()
        settings.security = FTPSecurity(mode: mode, context: try TLSContext(tls))
        return settings
    }
}
