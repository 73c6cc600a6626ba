/// What may stand in the two kinds of files.
public enum FileSchemas {
    /// mounts.d/NAME.toml
    public static let mount = TableSchema(
        "", "A server and the folder it is mounted on.", keys: [],
        tables: [RemoteKeys.schema, MountKeys.schema, LogKeys.schema])

    /// sync.d/NAME.toml
    public static let sync = TableSchema(
        "", "A folder kept equal to a folder on a server.", keys: SyncKeys.keys,
        tables: [
            RemoteKeys.schema, ScheduleKeys.schema, FilterKeys.schema, DeleteKeys.schema, ConflictKeys.schema,
            TransferKeys.schema, AfterKeys.schema, LogKeys.schema,
        ])
}
