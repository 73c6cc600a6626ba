extension MeasuredServer {
    /// The name of a feature and what was measured of it, in the order of the table in docs/servers.md.
    public var rows: [(feature: String, value: String)] {
        [
            ("list command", listCommand),
            ("sets file times by", timeSetter.map { $0 == "setstat" ? "SETSTAT" : $0.uppercased() } ?? "nothing"),
            ("time resolution", timeResolution.map { "\($0) s" } ?? "–"),
            ("zone of LIST times", zone),
            ("TLS session must be resumed", needsResumption.map(Self.word) ?? "–"),
            ("rename replaces a file", Self.word(renamesOver)),
            ("posix-rename replaces a file", extensions.isEmpty ? "–" : Self.word(replacesAtomically)),
            ("download from an offset", Self.word(readsFromOffset)),
            ("upload at an offset", Self.word(writesAtOffset)),
            ("APPE", listing == nil ? "–" : Self.word(appends)),
            ("folds case", Self.word(foldsCase)),
            ("folds NFC and NFD", Self.word(foldsUnicode)),
        ]
    }

    private static func word(_ holds: Bool) -> String { holds ? "yes" : "no" }

    private var listCommand: String {
        guard let listing else { return "READDIR" }
        if listing.isMachineReadable { return "MLSD" }
        return listing.listsAll == true ? "LIST -a" : "LIST"
    }

    private var zone: String {
        guard let listing else { return "–" }
        guard let offset = listing.zoneOffset else { return "unknown" }
        let minutes = abs(offset) / 60
        let text = "\(minutes / 60):\(minutes % 60 < 10 ? "0" : "")\(minutes % 60)"
        return offset == 0 ? "UTC" : "UTC\(offset < 0 ? "-" : "+")\(text)"
    }

    /// For people, with what belongs to this server and line alone.
    public var sentences: [String] {
        var lines = rows.filter { $0.value != "–" }.map { "\($0.feature): \($0.value)" }
        lines.append("sessions: \(sessions)\(isLimited ? ", and no more" : " at least")")
        if let idleSeconds { lines.append("hangs up after \(idleSeconds) s of silence") }
        if !extensions.isEmpty { lines.append("extensions: \(extensions.joined(separator: ", "))") }
        return lines
    }
}
