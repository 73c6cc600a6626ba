import FileModel

/// The algorithms that one side offers (SSH_MSG_KEXINIT, RFC 4253 §7.1), by the names of their lists.
struct SSHOffer: Hashable, Sendable {
    static let lists = [
        "key exchange", "host key algorithm", "cipher to the server", "cipher to us", "MAC to the server", "MAC to us",
    ]

    let offered: [[String]]

    /// Reads the first packet after the greeting, which is never encrypted.
    ///
    /// - Parameter opening: the first bytes that a server sent.
    /// - Returns: nil when they are not, or not yet, a greeting and a whole KEXINIT.
    init?(_ opening: [UInt8]) {
        var rest = opening[...]
        while let end = rest.firstIndex(of: 10) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            if line.starts(with: "SSH-".utf8) { break }
        }
        // Length of the packet and of its padding, message number 20, cookie.
        guard rest.count > 22, rest[rest.startIndex + 5] == 20 else { return nil }
        rest = rest.dropFirst(22)
        var lists: [[String]] = []
        for _ in Self.lists {
            guard rest.count >= 4 else { return nil }
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            guard rest.count >= 4 + length else { return nil }
            let names = rest.dropFirst(4).prefix(length)
            lists.append(names.split(separator: UInt8(ascii: ",")).map { printable($0) })
            rest = rest.dropFirst(4 + length)
        }
        offered = lists
    }

    /// The first list without a common name.
    ///
    /// - Parameter ours: what we support, in the same order; what is missing is not compared.
    func disagreement(with ours: [[String]]) -> (name: String, names: [String])? {
        for (index, (theirs, mine)) in zip(offered, ours).enumerated() where Set(theirs).isDisjoint(with: mine) {
            return (Self.lists[index], theirs)
        }
        return nil
    }
}
