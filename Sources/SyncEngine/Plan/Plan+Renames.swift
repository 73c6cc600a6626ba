import FileModel
import SQLite
import SyncCore

/// Two steps that may be one rename.
struct RenameSteps {
    /// The step of the old name.
    var old: Int64
    /// The step of the new name.
    var new: Int64
    var isOnlyOne: Bool
}

extension Plan {
    /// Pairs of steps that look like a rename on `side`: by identity where the side tells it, or else by size and time.
    ///
    /// A step may occur in more than one pair.
    func renameCandidates(on side: Side) throws(StorageError) -> [RenameSteps] {
        try flush()
        guard try hasSteps(Self.gone(side)), try hasSteps(Self.appeared(side)) else { return [] }
        return try byIdentity(side) + bySizeAndTime(side)
    }

    /// Old names: to be deleted on the other side, or restored from there because it was edited.
    private static func gone(_ side: Side) -> String {
        let other = side.other.rawValue
        return """
            old_\(side.rawValue)_type = 0 AND \(side.rawValue)_type IS NULL AND (
                (word = 'remove' AND side = '\(other)') OR (word = 'copy' AND side = '\(other)' AND detail = 'nothing'))
            """
    }

    /// New names: to be copied from `side`.
    private static func appeared(_ side: Side) -> String {
        """
        \(side.rawValue)_type = 0 AND old_\(side.rawValue)_type IS NULL AND word = 'copy'
            AND side = '\(side.rawValue)' AND detail = 'nothing'
        """
    }

    private func hasSteps(_ condition: String) throws(StorageError) -> Bool {
        try database.query("SELECT 1 FROM steps WHERE \(condition) LIMIT 1").step()
    }

    private func byIdentity(_ side: Side) throws(StorageError) -> [RenameSteps] {
        let name = side.rawValue
        return try pairs(
            isOnlyOne: false,
            """
            WITH gone AS MATERIALIZED (SELECT sequence, old_\(name)_identity AS identity, old_\(name)_size AS size
                    FROM steps WHERE \(Self.gone(side)) AND old_\(name)_identity IS NOT NULL ORDER BY 2),
                appeared AS MATERIALIZED (SELECT sequence, \(name)_identity AS identity, \(name)_size AS size
                    FROM steps WHERE \(Self.appeared(side)) AND \(name)_identity IS NOT NULL ORDER BY 2)
            SELECT gone.sequence, appeared.sequence FROM gone JOIN appeared USING (identity, size)
            ORDER BY gone.sequence
            """)
    }

    private func bySizeAndTime(_ side: Side) throws(StorageError) -> [RenameSteps] {
        let name = side.rawValue
        func group(_ prefix: String, _ condition: String) -> String {
            """
            SELECT min(sequence) AS sequence, \(prefix)_size AS size, \(prefix)_seconds AS seconds,
                \(prefix)_nanoseconds AS nanoseconds FROM steps
            WHERE \(condition) AND \(prefix)_size > 0 AND \(prefix)_seconds IS NOT NULL
            GROUP BY 2, 3, 4 HAVING count(*) = 1
            """
        }
        return try pairs(
            isOnlyOne: true,
            """
            WITH gone AS MATERIALIZED (\(group("old_\(name)", Self.gone(side)))),
                appeared AS MATERIALIZED (\(group(name, Self.appeared(side))))
            SELECT gone.sequence, appeared.sequence FROM gone JOIN appeared USING (size, seconds, nanoseconds)
            ORDER BY gone.sequence
            """)
    }

    private func pairs(isOnlyOne: Bool, _ sql: String) throws(StorageError) -> [RenameSteps] {
        let rows = try database.query(sql)
        var result: [RenameSteps] = []
        while try rows.step() {
            result.append(RenameSteps(old: rows.integer(0), new: rows.integer(1), isOnlyOne: isOnlyOne))
        }
        return result
    }
}
