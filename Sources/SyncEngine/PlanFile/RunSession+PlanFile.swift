import FileModel
import SQLite
import SyncCore

/// Writing a plan down, and going by one that was written.
extension RunSession {
    private var basis: PlanBasis { PlanBasis(archive.header, options) }

    /// Only what was decided completely and passed the guards is written.
    func savePlan() throws(StorageError) {
        guard let (path, about) = options.planFile.written else { return }
        var fields = basis.fields
        fields["format"] = PlanFile.format
        fields["created"] = "\(UTCStamp(started))"
        fields["main_files"] = String(found.mainFiles)
        for side in Side.allCases { fields["listed.\(side.rawValue)"] = String(report.counters.listed[side]) }
        for (name, value) in about { fields[PlanFile.aboutPrefix + name] = value }
        let unfinished = "\(path).\(archive.header.mark).part"
        try plan.write(to: unfinished, fields)
        try PlanFile.replace(path, with: unfinished)
    }

    /// Checks that the plan still holds; its steps are those of this run already.
    ///
    /// - Returns: why it must not be carried out.
    func adoptPlan() throws(StorageError) -> StorageError? {
        let fields = try PlanFile.fields(plan.database)
        guard let planned = PlanBasis(fields) else {
            throw StorageError(.configuration, "the plan has lost a part of its header: plan again")
        }
        if let objection = planned.objection(basis) { return objection }
        found.mainFiles = fields["main_files"].flatMap { Int($0) } ?? 0
        for side in Side.allCases {
            report.counters.listed[side] = fields["listed.\(side.rawValue)"].flatMap { Int($0) } ?? 0
        }
        return nil
    }
}

extension Plan {
    /// Opens a copy of a plan file, which stays as it is.
    convenience init(_ path: String, copyOf file: String) throws(StorageError) {
        try self.init(path) { () throws(StorageError) in
            try PlanFile.copy(try PlanFile.openIntact(file), to: path)
        }
    }

    /// Writes all steps and the header fields to a new file.
    func write(to path: String, _ fields: [String: String]) throws(StorageError) {
        try flush()
        try database.execute(
            script: """
                CREATE TABLE IF NOT EXISTS header (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
                PRAGMA application_id = \(PlanFile.applicationID);
                """)
        for (name, value) in fields {
            try database.run("INSERT OR REPLACE INTO header VALUES (?, ?)", .text(name), .text(value))
        }
        try PlanFile.copy(database, to: path)
    }
}
