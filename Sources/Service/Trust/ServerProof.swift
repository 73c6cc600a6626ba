public import Definitions
public import FileModel

/// What a server shows to prove who it is, and what is thought of it: a certificate or a host key, found out without a
/// login.
public protocol ServerProof: Sendable {
    /// `certificate` or `host key`.
    var kind: String { get }
    /// `ftp.example.com:21`
    var server: String { get }
    var standing: ProofStanding { get }
    /// What a person compares with what the server's owner says.
    var facts: [ProofFact] { get }
    /// What a user has to know before accepting it helps; nil where there is nothing.
    var remark: String? { get }

    /// - Parameter fingerprint: as `pin_sha256` takes it.
    /// - Throws: `.configuration` for what is no fingerprint.
    func matches(_ fingerprint: String) throws(StorageError) -> Bool

    /// Remembers it, in place of what was accepted before.
    func accept() async throws(StorageError)
}

/// What accepting a proof would change.
public enum ProofStanding: Hashable, Sendable {
    /// Trusted without a user's word.
    case good
    /// The user accepted it before.
    case accepted
    /// Why it is not trusted.
    case unknown(reason: String)
    /// Another one was accepted before: what that was, and what speaks against the new one.
    case changed(from: String, reason: String)
    /// It cannot be accepted.
    case refused(reason: String)
}

public struct ProofFact: Hashable, Sendable {
    public let label: String
    public let value: String
}

public enum ServerProofs {
    /// Connects to a remote's server and looks.
    ///
    /// - Throws: `.configuration` where the server shows no such thing; what keeps a connection from getting there.
    public static func of(
        _ remote: RemoteDefinition, _ directories: ProgramDirectories
    ) async throws(StorageError) -> any ServerProof {
        switch remote.family {
        case .ftp: try await CertificateInspection.of(remote, directories)
        case .sftp: try await HostKeyProof.of(remote)
        }
    }
}
