import FileModel

@testable import SSH

extension FuzzTarget {
    /// ssh_config(5): line ends do not matter, the first value wins, what is in a block for others does not count, and
    /// files that include themselves end.
    static let sshConfigs = FuzzTarget(
        "ssh_config",
        samples: [
            "Host web\n  HostName 10.0.0.1\n  Port 2222\n  User deploy\nHost *\n  User other\n  Port 1\n",
            "Host w?b !web\n  Port 7\nHost \"quoted one\" web # comment\n\tIdentityFile=\"/k/a b\"\n",
            "Match host web user a,!b\n  Port 11\nMatch exec \"true\"\n  ForwardAgent yes\nMatch all\n  User c\n",
            "Include itself\nInclude none\nProxyJump none\nProxyCommand nc %h %p\nIdentitiesOnly yes\n",
            "UserKnownHostsFile /a /b\nHostKeyAlias farm\nIdentityAgent none\nIdentityFile ~/k%r@%h\\ x\n",
        ],
        words: [
            "Host ", "Match ", "Include itself\n", "HostName ", "Port 22\n", "User ", "IdentityFile ",
            "IdentitiesOnly ",
            "ProxyJump ", "UserKnownHostsFile ", "\"", "\\", "#", "=", "!", "*", " exec ", " final ", "\n", "\u{1B}",
        ]
    ) { input, _ in
        let text = String(decoding: input, as: UTF8.self) + "\n"
        let values = try read(text)
        if !input.contains(13) {
            let other = try read(text.replacing("\n", with: "\r\n"))
            try require(values == other, "CR LF at the line ends makes a difference")
        }
        // By bytes: CR LF is one Character.
        let others = text.utf8.split(separator: 10).filter { !changesBlock($0) }.joined(separator: [UInt8(10)])
        let other = try read("Host nobody\n\(String(decoding: Array(others), as: UTF8.self))")
        try require(other == SSHConfigValues(), "a block for another host counts")
        guard let values else { return }
        let more = try read("\(text)Host *\nUser last\nHostName last\nPort 77\nHostKeyAlias last\n")
        try require(more?.user == values.user ?? "last", "the user is \(more?.user ?? "none")")
        try require(more?.hostName == values.hostName ?? "last", "the host is \(more?.hostName ?? "none")")
        try require(more?.port == values.port ?? 77, "the port is \(more?.port ?? 0)")
        try require(values.port.map((1...65_535).contains) ?? true, "port \(values.port ?? 0)")
    }

    /// nil: refused, with words that can be shown.
    private static func read(_ text: String) throws -> SSHConfigValues? {
        let subject = SSHConfigReader.Subject(host: "web", localUser: "anna")
        var reader = SSHConfigReader(subject) { pattern, _ in pattern == "itself" ? [(pattern, text)] : [] }
        do throws(SSHConfigProblem) {
            try reader.read(text, file: "config", isUserFile: true)
            return reader.values
        } catch {
            try requireShowable(error.message)
            try requireShowable(error.location)
            return nil
        }
    }

    private static func changesBlock(_ line: Substring.UTF8View) -> Bool {
        guard let parsed = try? SSHConfigLine.parse(line) else { return true }
        return ["host", "match", "include"].contains(parsed.keyword)
    }
}

extension FuzzTarget {
    /// A server's list of algorithms: what is read of it stands in it.
    static let sshOffers = FuzzTarget(
        "SSH offers",
        samples: [
            Array("SSH-2.0-x\r\n".utf8) + [0, 0, 1, 0, 4, 20] + [UInt8](repeating: 7, count: 16)
                + (0..<6).flatMap { _ in [0, 0, 0, 7] + Array("abc,d,e".utf8) }
        ],
        words: [[0, 0, 0, 0], [0, 0, 0, 1], [255, 255, 255, 255], [44], [10], Array("SSH-".utf8)]
    ) { input, _ in
        guard let offer = SSHOffer(input) else { return }
        try require(offer.offered.count == SSHOffer.lists.count, "\(offer.offered.count) lists")
        let names = offer.offered.flatMap(\.self)
        try require(names.count <= input.count, "more names than bytes")
        for name in names { try require(name.unicodeScalars.allSatisfy { $0.value >= 0x20 }, "a control character") }
        let none = offer.disagreement(with: offer.offered)
        try require(none.map { $0.names.isEmpty } ?? true, "no agreement with itself")
    }
}
