/// What a row has to show.
struct Target: Codable, Equatable, Sendable, ExpressibleByFloatLiteral {
    /// At least so many times as fast as the best peer.
    var ratio: Double?
    /// The peer that the ratio is meant for; nil is the best one.
    var over: String?
    /// A contestant that may not be faster.
    var notBehind: String?

    init(ratio: Double? = nil, over: String? = nil, notBehind: String? = nil) {
        self.ratio = ratio
        self.over = over
        self.notBehind = notBehind
    }

    init(floatLiteral value: Double) { self.init(ratio: value) }

    static let none = Target()

    /// As fast as a file of the local disk that is in the page cache, but for a quarter.
    static let pageCache = Target(ratio: 0.75, over: localDisk)
    static let localDisk = "local disk"

    var text: String {
        let parts = [
            ratio.map { "\(Figures.ratio($0))" + (over.map { " over \($0)" } ?? "") },
            notBehind.map { "not behind \($0)" },
        ].compactMap(\.self)
        return parts.isEmpty ? "–" : parts.joined(separator: ", ")
    }
}

/// The targets of one workload on the lines that have any.
struct Targets: Sendable {
    var sftp = Target.none
    var ftp = Target.none
    var ftps = Target.none
    var slowSFTP = Target.none
    /// FTP and FTPS.
    var slowFTP = Target.none

    /// Set for round trips of 0 and 50 ms.
    func on(_ line: Line) -> Target {
        switch (line.roundTrip, line.wire) {
        case (0, .sftp): sftp
        case (0, .ftp): ftp
        case (0, .ftps): ftps
        case (50, .sftp): slowSFTP
        case (50, .ftp), (50, .ftps): slowFTP
        default: .none
        }
    }
}
