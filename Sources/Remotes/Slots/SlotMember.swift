import ConnectionPool

/// Our own member file.
struct SlotMember {
    let name: String
    let file: LockedFile
    private var published: Record?

    init(name: String, file: LockedFile) {
        self.name = name
        self.file = file
    }

    /// Writes when there is news, and as a sign of life.
    mutating func publish(_ member: SlotFairness.Member) {
        let now = SlotDirectory.now
        if let published, published.says(member), now - min(now, published.beat) < 250_000_000 { return }
        let record = Record(member, beat: now)
        file.write(record.text)
        published = record
    }

    /// The file goes before its lock, so nobody finds it unlocked.
    func leave(_ directory: SlotDirectory) { directory.remove(name) }

    /// What a member file says: `holding waiting since beat`, in one line of fixed length.
    struct Record: Hashable {
        let holding: Int
        let waiting: Int
        let since: UInt64
        /// When it was written. Who waits writes every 250 ms.
        let beat: UInt64

        init(_ member: SlotFairness.Member, beat: UInt64) {
            holding = member.holding
            waiting = member.waiting
            since = member.since
            self.beat = beat
        }

        /// - Returns: nil for anything but a whole record of plausible numbers.
        init?(_ text: String) {
            let fields = text.prefix { $0 != "\n" }.split(separator: " ").map { UInt64($0) }
            guard text.contains("\n"), fields.count == 4, let holding = fields[0], let waiting = fields[1],
                let since = fields[2], let beat = fields[3], holding < 100_000, waiting < 100_000
            else { return nil }
            self.holding = Int(holding)
            self.waiting = Int(waiting)
            self.since = since
            self.beat = beat
        }

        var text: String {
            let line = "\(holding) \(waiting) \(since) \(beat)"
            return line + String(repeating: " ", count: max(0, 63 - line.utf8.count)) + "\n"
        }

        func says(_ member: SlotFairness.Member) -> Bool {
            holding == member.holding && waiting == member.waiting && since == member.since
        }

        /// A stopped process wants nothing: nobody waits for it longer than two seconds.
        func member(at now: UInt64) -> SlotFairness.Member {
            let isAlive = now - min(now, beat) < 2_000_000_000
            return SlotFairness.Member(holding: holding, waiting: isAlive ? waiting : 0, since: since)
        }
    }
}
