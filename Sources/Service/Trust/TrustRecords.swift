public import Definitions
public import FileModel
import Remotes

/// What is remembered of FTP servers' protection.
public struct TrustRecords: Sendable {
    public struct Record: Sendable {
        /// `ftp://ftp.example.com:21`
        public let server: String
        /// The accepted certificate: subject, issuer, names, dates, fingerprint.
        public let certificate: String?
        public let fingerprint: String?
        public let accepted: Timestamp?
        /// The server is held to the TLS that it offered.
        public let offersTLS: Bool

        init?(_ profile: ServerProfile) {
            guard let identity = profile.identity, profile.certificate != nil || profile.offersTLS == true else {
                return nil
            }
            server = identity
            certificate = profile.certificate?.summary
            fingerprint = profile.certificate?.sha256
            accepted = profile.certificate.map { Timestamp(seconds: $0.accepted) }
            offersTLS = profile.offersTLS == true
        }
    }

    private let profiles: ServerProfiles

    public init(_ directories: ProgramDirectories) {
        profiles = ServerProfiles(directory: directories.servers)
    }

    public var all: [Record] { profiles.all().compactMap(Record.init) }

    /// Forgets certificate and offer of TLS of a remote's server.
    ///
    /// - Returns: what was remembered; nil for nothing.
    public func forget(_ remote: RemoteDefinition) throws(StorageError) -> Record? {
        let record = Record(try profiles.profile(of: remote.serverIdentity))
        try profiles.update(remote.serverIdentity) { profile in
            profile.certificate = nil
            profile.offersTLS = nil
            profile.toldOfClearText = nil
        }
        return record
    }
}
