import Definitions
import FileModel
import Service

/// `syncctl trust --list`
struct TrustList {
    let json: Bool

    func show(_ records: [TrustRecords.Record]) {
        for record in records { Terminal.output.writeLine(json ? Self.line(record).text : Self.text(record)) }
        if records.isEmpty, !json {
            Terminal.output.writeLine("nothing is remembered of FTP servers (host keys stand in known_hosts)")
        }
    }

    static func text(_ record: TrustRecords.Record) -> String {
        var parts: [String] = []
        if let certificate = record.certificate {
            parts.append("accepted\(record.accepted.map { " \(UTCText.of($0))" } ?? ""): \(certificate)")
        }
        if record.offersTLS { parts.append("offers TLS, so if-available does not go on in clear") }
        return "\(record.server)  " + parts.joined(separator: "\n    ")
    }

    static func line(_ record: TrustRecords.Record) -> JSONLine {
        JSONLine("server").adding("server", .string(record.server))
            .adding("certificate", .init(record.certificate)).adding("sha256", .init(record.fingerprint))
            .adding("accepted", .init(record.accepted.map(UTCText.of))).adding("offers_tls", .boolean(record.offersTLS))
    }
}

/// `syncctl trust --forget`
struct TrustForgetting {
    let json: Bool

    func forget(_ remote: RemoteDefinition, _ records: TrustRecords) throws(StorageError) {
        guard remote.family == .ftp else {
            let name = remote.port == 22 ? remote.host : "[\(remote.host)]:\(remote.port)"
            throw StorageError(
                .configuration,
                "host keys stand in known_hosts, not here: remove one with ssh-keygen -R '\(name)' -f "
                    + (remote.ssh.knownHosts.first ?? "~/.ssh/known_hosts"))
        }
        let forgotten = try records.forget(remote)
        guard !json else {
            let line = JSONLine("forgotten").adding("server", .init(forgotten?.server))
                .adding("certificate", .init(forgotten?.certificate))
            return Terminal.output.writeLine(line.text)
        }
        Terminal.output.writeLine(
            forgotten.map { "forgotten: \(TrustList.text($0))" }
                ?? "nothing was remembered of \(remote.host):\(remote.port)")
    }
}
