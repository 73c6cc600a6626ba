import FileModel
import Service
import SyncEngine

/// Deletions that were refused, as `syncctl status` tells them.
enum PendingDeletionReport {
    /// Paths that are named; the others are counted.
    static let most = 20

    static func text(_ pending: PendingDeletions) -> String {
        let what =
            pending.count == 1 ? "1 deletion was refused and is" : "\(pending.count) deletions were refused and are"
        var lines = [
            "\(Terminal.output.styled(pending.name, .bold))  \(pending.identity.localRoot), \(pending.identity.server)"
                + "\(folder(pending))",
            "  \(what) tried again:",
        ]
        lines += pending.deletions.map { "    \(printable($0.path.bytes))  (\(words($0)))" }
        let more = pending.count - pending.deletions.count
        if more > 0 { lines.append("    and \(more) more") }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func folder(_ pending: PendingDeletions) -> String {
        let root = pending.identity.remoteRoot
        return root.hasPrefix("/") ? root : "/" + root
    }

    private static func words(_ deletion: PendingDeletions.Deletion) -> String {
        let wait = deletion.nextAttempt.duration(since: .now())
        let next =
            wait > .zero ? "not before \(Duration.seconds(wait.components.seconds + 1).inUnits)" : "in the next run"
        let times = deletion.attempts == 1 ? "once" : "\(deletion.attempts) times"
        return "on the \(deletion.side.rawValue) side, refused \(times), again \(next)"
    }

    static func json(_ pending: PendingDeletions) -> JSONLine {
        JSONLine("sync").adding("name", .string(pending.name)).adding("local", .string(pending.identity.localRoot))
            .adding("remote", .string(pending.identity.server)).adding("folder", .string(folder(pending)))
            .adding("deletions_pending", .init(pending.count))
            .adding("deletions", .list(pending.deletions.map { .object(members($0)) }))
    }

    private static func members(_ deletion: PendingDeletions.Deletion) -> [(String, JSONLine.Value)] {
        JSONLine.path("path", deletion.path.bytes) + [
            ("side", .string(deletion.side.rawValue)), ("attempts", .init(deletion.attempts)),
            ("next_attempt", .string(UTCText.of(deletion.nextAttempt))),
        ]
    }
}
