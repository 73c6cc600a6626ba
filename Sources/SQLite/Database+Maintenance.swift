public import FileModel

extension Database {
    /// Brings the schema up to date: `steps[i]` leads from version `i` to `i + 1`, each in a transaction of its own.
    ///
    /// Safe against another process that does the same at the same time.
    /// - Throws: `.configuration` when a newer version of the program has written the file.
    public func migrate(_ steps: [String]) throws(StorageError) {
        guard try userVersion <= steps.count else { throw writtenByNewerVersion() }
        for (index, step) in steps.enumerated() where try userVersion <= index {
            try transaction { () throws(StorageError) in
                guard try userVersion == index else { return }
                try execute(script: step)
                try setUserVersion(Int32(index + 1))
            }
        }
    }

    private func writtenByNewerVersion() -> StorageError {
        StorageError(.configuration, "\(path) was written by a newer version of this program: update the program")
    }

    /// Reads the whole file and checks its structure.
    ///
    /// - Throws: `.corrupted` with the first fault found.
    public func quickCheck() throws(StorageError) {
        let statement = try query("PRAGMA quick_check(1)")
        guard try statement.step() else { throw damaged("the check gave no answer") }
        let verdict = statement.text(0)
        guard verdict == "ok" else { throw damaged(verdict) }
    }

    private func damaged(_ detail: String) -> StorageError {
        StorageError(.corrupted, "\(path) is damaged (\(detail)): move it away; a new one is made at the next start")
    }

    /// Moves what is in the WAL into the file itself and empties the WAL, as far as readers allow.
    public func checkpoint() throws(StorageError) {
        let statement = try query("PRAGMA wal_checkpoint(TRUNCATE)")
        while try statement.step() {}
    }
}
