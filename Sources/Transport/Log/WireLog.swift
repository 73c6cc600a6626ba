public import FileModel
import Synchronization

/// Tells people what goes over the connections of one remote, line by line, and never a secret.
public struct WireLog: Sendable {
    public struct Directions: OptionSet, Hashable, Sendable {
        public let rawValue: Int

        public init(rawValue: Int) { self.rawValue = rawValue }

        /// What we say to the server.
        public static let sent = Directions(rawValue: 1)
        /// What it answers.
        public static let received = Directions(rawValue: 2)
    }

    let directions: Directions
    let mask: SecretMask
    let write: @Sendable (String) -> Void

    /// - Parameters:
    ///   - secrets: never shown, even where the server repeats them.
    ///   - write: takes one line without its end, from any thread, and must return at once.
    public init(
        _ directions: Directions, secrets: [Secret] = [], write: @escaping @Sendable (String) -> Void
    ) {
        self.directions = directions
        mask = SecretMask(secrets)
        self.write = write
    }

    /// The lines of a new connection.
    public func connection() -> WireConnection { WireConnection(self, number: Self.numbers.next()) }

    private static let numbers = ConnectionNumbers()
}

/// Connections count up over all remotes of the process, so that their lines can be told apart.
private final class ConnectionNumbers: Sendable {
    private let last = Atomic<Int>(0)

    func next() -> Int { last.add(1, ordering: .relaxed).newValue }
}

/// The lines of one connection: `#3 > USER me`, `#3 < 331 Password required`, `#3 * TLSv1.3`.
public struct WireConnection: Sendable {
    private let log: WireLog
    public let number: Int

    fileprivate init(_ log: WireLog, number: Int) {
        self.log = log
        self.number = number
    }

    /// Something we said.
    public func sent(_ text: @autoclosure () -> String) {
        if log.directions.contains(.sent) { write(">", text()) }
    }

    /// Something the server said.
    public func received(_ text: @autoclosure () -> String) {
        if log.directions.contains(.received) { write("<", text()) }
    }

    /// Something that both sides agreed on, or that happened to the connection.
    public func note(_ text: @autoclosure () -> String) {
        if !log.directions.isEmpty { write("*", text()) }
    }

    /// Characters of a line; a server may say more than anybody reads.
    static let longestLine = 1000

    private func write(_ sign: String, _ text: String) {
        let shown = printable(log.mask.applied(to: text).utf8)
        let line = shown.count > Self.longestLine ? shown.prefix(Self.longestLine) + "…" : shown[...]
        log.write("#\(number) \(sign) \(line)")
    }
}
