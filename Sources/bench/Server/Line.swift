import TestServers

/// What is spoken with the server.
enum WireProtocol: String, Codable, CaseIterable, Sendable {
    case sftp
    case ftp
    /// FTP with explicit TLS on both connections.
    case ftps
}

/// A protocol at a distance: what one table of results is about.
struct Line: Hashable, Sendable {
    let wire: WireProtocol
    /// In milliseconds.
    let roundTrip: Int

    var isSlow: Bool { roundTrip > 0 }
    var title: String { "\(wire.rawValue.uppercased()), round trip \(roundTrip) ms" }
}
