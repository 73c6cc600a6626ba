import Foundation
import TestServers

/// A server of the table in docs/servers.md.
struct ProbedServer: Sendable {
    let name: String
    let start: @Sendable () async throws -> TestServer

    static let all = [
        ProbedServer(name: "OpenSSH") { try await .openSSH() },
        ProbedServer(name: "dropbear, sftp-server") { try await .dropbear() },
        ProbedServer(name: "ProFTPD mod_sftp") { try await .proFTPDSFTP() },
        ProbedServer(name: "asyncssh") { try await .asyncSSH() },
        ProbedServer(name: "paramiko") { try await .paramiko() },
        ProbedServer(name: "ProFTPD") { try await .proFTPD() },
        ProbedServer(name: "ProFTPD, TLS") { try await .proFTPD(tls: .explicit) },
        ProbedServer(name: "vsftpd") { try await .vsftpd() },
        ProbedServer(name: "vsftpd, TLS") { try await .vsftpd(tls: .explicit) },
        ProbedServer(name: "Pure-FTPd") { try await .pureFTPd() },
        ProbedServer(name: "Pure-FTPd, TLS") { try await .pureFTPd(tls: .explicit) },
        ProbedServer(name: "pyftpdlib") { try await .pyftpdlib() },
        ProbedServer(name: "RFC 959 only") { try await .pyftpdlib(.oldest) },
    ]
}

/// The generated part of docs/servers.md: a row for each server, a column for each feature.
struct ServerTable {
    let text: String

    static let features = [
        "list command", "sets file times by", "time resolution", "zone of LIST times", "TLS session must be resumed",
        "rename replaces a file", "posix-rename replaces a file", "download from an offset", "upload at an offset",
        "APPE",
        "folds case", "folds NFC and NFD",
    ]

    init(_ columns: [(name: String, rows: [(String, String)])]) {
        let head = ["server"] + Self.features
        let lines = columns.map { [$0.name] + $0.rows.map(\.1) }
        text = ([head, head.map { _ in "---" }] + lines).map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }
}

/// A part of docs/servers.md that the tests write, between two comments.
struct GeneratedTable {
    /// `table`: what its comments call it.
    let name: String

    private var begin: String { "<!-- \(name): written by the tests -->\n" }
    private var end: String { "<!-- end of \(name) -->\n" }

    private static let file = URL(filePath: #filePath).appending(path: "../../../../docs/servers.md").standardized

    func committed() throws -> String { try split().table }

    func write(_ table: String) throws {
        let parts = try split()
        try Data((parts.before + begin + table + end + parts.after).utf8).write(to: Self.file)
    }

    private struct NoTable: Error {}

    private func split() throws -> (before: String, table: String, after: String) {
        let text = try String(contentsOf: Self.file, encoding: .utf8)
        guard let start = text.range(of: begin), let stop = text.range(of: end) else { throw NoTable() }
        return (
            String(text[..<start.lowerBound]), String(text[start.upperBound..<stop.lowerBound]),
            String(text[stop.upperBound...])
        )
    }
}
