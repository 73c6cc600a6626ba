/// One way to talk to a server.
public struct ProbeAttempt: Hashable, Sendable {
    public enum Way: String, Hashable, Sendable, CaseIterable {
        case sftp
        /// AUTH TLS.
        case ftpes
        /// TLS from the first byte.
        case ftps
        /// In clear.
        case ftp

        public var usualPort: Int {
            switch self {
            case .sftp: 22
            case .ftpes, .ftp: 21
            case .ftps: 990
            }
        }

        var isEncrypted: Bool { self != .ftp }
    }

    /// How data connections are asked for.
    public enum DataCommand: String, Hashable, Sendable, CaseIterable {
        case epsv, pasv
        /// The server connects to us.
        case eprt, port
    }

    public let way: Way
    public let port: Int
    /// nil: SFTP has none.
    public let data: DataCommand?
    /// PROT P; otherwise C.
    public let protectsData: Bool

    /// Whether both can be made in one session, since they differ in the kind of data connection alone.
    public func sharesLogin(with other: ProbeAttempt) -> Bool {
        (way, port, protectsData) == (other.way, other.port, other.protectsData)
    }

    /// `ftpes, port 21, EPSV, PROT P`
    public var title: String {
        var words = [way.rawValue, "port \(port)"]
        if let data { words.append(data.rawValue.uppercased()) }
        if data != nil, way.isEncrypted { words.append("PROT \(protectsData ? "P" : "C")") }
        return words.joined(separator: ", ")
    }
}

/// What came of an attempt.
public enum ProbeOutcome: Hashable, Sendable {
    case works
    /// The login was refused, for no reason but itself.
    case loginRefused(String)
    /// Nobody answers on this port.
    case unreachable(String)
    /// What answers does not speak this protocol, or does not offer TLS in this way.
    case notSpoken(String)
    /// The login works, this kind of data connection does not.
    case noData(String)
    case failed(String)
    /// Left out, because of what others came to.
    case skipped(String)

    public var reason: String? {
        switch self {
        case .works: nil
        case .loginRefused(let words), .unreachable(let words), .notSpoken(let words), .noData(let words),
            .failed(let words), .skipped(let words):
            words
        }
    }
}
