import FileModel

/// What no single key of a sync definition can tell.
struct SyncChecks {
    let file: TableReader
    let sync: SyncDefinition

    func run() {
        checkOneWayKeys()
        checkTriggerFile()
        if sync.schedule == nil, file.hasTable(ScheduleKeys.schema) {
            let reader = file.nested(ScheduleKeys.schema)
            guard !reader.has(ScheduleKeys.every), !reader.has(ScheduleKeys.cron) else { return }
            file.findings.warning("[schedule] without 'every' or 'cron' never runs", at: reader.place)
        }
    }

    /// Keys that mean something for push and pull only.
    private func checkOneWayKeys() {
        guard sync.direction == .sync else { return }
        if sync.delete.mirror {
            file.findings.warning(
                "'mirror' is for push and pull",
                at: file.nested(DeleteKeys.schema).namePlace(of: DeleteKeys.mirror.name),
                label: "a two-way sync deletes on both sides anyway")
        }
        if sync.after.source == .delete {
            file.findings.error(
                "source = \"delete\" is for push and pull",
                at: file.nested(AfterKeys.schema).place(of: AfterKeys.source),
                label: "a two-way sync would delete what it has just copied")
        }
    }

    private func checkTriggerFile() {
        guard let name = sync.after.triggerFile else { return }
        do throws(StorageError) {
            _ = try RemotePath(name)
        } catch {
            file.findings.error(
                "the trigger file cannot be used: \(error.message)",
                at: file.nested(AfterKeys.schema).place(of: AfterKeys.triggerFile))
        }
    }
}
