/// What a synchronisation put aside at the root of one side.
enum Trash {
    /// Names of all files below `.syncctl-trash`, without their folders.
    static func contents(of root: DiskPath) throws -> [[UInt8]] {
        let trash = root / ".syncctl-trash"
        return trash.exists ? try files(below: trash) : []
    }

    private static func files(below folder: DiskPath) throws -> [[UInt8]] {
        try folder.names().flatMap { name in
            let path = folder / name
            return try path.status().st_mode & 0o170000 == 0o040000 ? try files(below: path) : [name]
        }
    }
}
