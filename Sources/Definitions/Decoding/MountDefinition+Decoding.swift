import FileModel

extension MountDefinition {
    /// Decodes a file of mounts.d.
    init(name: String, _ file: TableReader, _ context: DecodingContext) {
        self.name = name
        let reader = file.nested(RemoteKeys.schema)
        if !file.hasTable(RemoteKeys.schema) {
            file.findings.error("a definition in mounts.d needs a [remote] table", at: file.place)
        }
        remote = RemoteDefinition(reader, context)
        mount = MountSettings(file.nested(MountKeys.schema), context, base: remote.folder)
        remote.name = name.nilIfEmpty
        remote.log = LogDefinition(file.nested(LogKeys.schema))
    }
}

extension MountSettings {
    init(_ reader: TableReader, _ context: DecodingContext, base: RemoteFolder) {
        enabled = reader.read(MountKeys.enabled)
        let mountpoint = reader.read(MountKeys.mountpoint)
        self.mountpoint = context.path(mountpoint)
        folder = RemoteAddress.folder(reader, MountKeys.remotePath, base: base)
        readOnly = reader.read(MountKeys.readOnly)
        allowOther = reader.read(MountKeys.allowOther)
        defaultPermissions = reader.read(MountKeys.defaultPermissions)
        allowNonEmpty = reader.read(MountKeys.nonEmpty)
        containSymlinks = reader.read(MountKeys.containSymlinks)
        user = reader.read(MountKeys.uid)
        group = reader.read(MountKeys.gid)
        umask = reader.read(MountKeys.umask)
        attributeTimeout = reader.read(MountKeys.attributeTimeout)
        directoryTimeout = reader.read(MountKeys.directoryTimeout)
        negativeTimeout = reader.read(MountKeys.negativeTimeout)
        readAhead = reader.read(MountKeys.readAhead)
        writeBehind = reader.read(MountKeys.writeBehind)
        spoolLimit = reader.read(MountKeys.spoolLimit)
        write = reader.read(MountKeys.write)
    }
}

extension LogDefinition {
    init(_ reader: TableReader) {
        self.init(
            level: reader.read(LogKeys.level), sent: reader.read(LogKeys.sent),
            received: reader.read(LogKeys.received))
    }
}
