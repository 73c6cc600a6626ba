extension SyncDefinition {
    /// Decodes a file of sync.d.
    ///
    /// - Parameter remotes: finds a definition of mounts.d by its name.
    init(name: String, _ file: TableReader, _ context: DecodingContext, remotes: RemoteLookup) {
        self.name = name
        (remote, remoteName) = Self.remote(file, context, remotes)
        if file.read(SyncKeys.direction) == nil, !file.has(SyncKeys.direction) {
            file.findings.error(
                "a definition in sync.d needs 'direction'", at: file.place, label: "\"push\", \"pull\" or \"sync\"")
        }
        direction = file.read(SyncKeys.direction) ?? .sync
        if file.read(SyncKeys.local).isEmpty {
            file.findings.error("a definition in sync.d needs 'local', a folder of this machine", at: file.place)
        }
        local = context.path(required: file.read(SyncKeys.local))
        folder = RemoteAddress.folder(file, SyncKeys.remotePath, base: remote.folder) ?? remote.folder
        enabled = file.read(SyncKeys.enabled)
        createRoot = file.read(SyncKeys.createRoot)
        mainFile = file.read(SyncKeys.mainFile).nilIfEmpty
        sequential = file.read(SyncKeys.sequential)
        schedule = ScheduleDefinition(file.nested(ScheduleKeys.schema))
        filter = FilterDefinition(file.nested(FilterKeys.schema))
        delete = DeleteDefinition(file.nested(DeleteKeys.schema))
        conflict = file.nested(ConflictKeys.schema).read(ConflictKeys.policy)
        transfer = TransferDefinition(file.nested(TransferKeys.schema))
        after = AfterDefinition(file.nested(AfterKeys.schema))
        if remote.name == nil { remote.name = name.nilIfEmpty }
        remote.log = LogDefinition(file.nested(LogKeys.schema))
        SyncChecks(file: file, sync: self).run()
    }

    private static func remote(
        _ file: TableReader, _ context: DecodingContext, _ remotes: RemoteLookup
    ) -> (RemoteDefinition, String?) {
        if file.hasTable(RemoteKeys.schema) {
            return (RemoteDefinition(file.nested(RemoteKeys.schema), context), nil)
        }
        let name = file.read(SyncKeys.remote)
        if name.isEmpty {
            file.findings.error(
                "a definition in sync.d needs 'remote', a name in mounts.d, or a [remote] table of its own",
                at: file.place)
        } else if let found = remotes.find(name) {
            return (found, name)
        } else if remotes.broken.contains(name) {
            file.findings.error("the remote '\(name)' has errors of its own", at: file.place(of: SyncKeys.remote))
        } else {
            let near = NearName.find(name, among: remotes.names)
            file.findings.error(
                "there is no '\(name)' in mounts.d", at: file.place(of: SyncKeys.remote),
                label: near.map { "did you mean \"\($0)\"?" })
        }
        return (.unknown, name)
    }
}

/// The definitions of mounts.d as those of sync.d see them.
struct RemoteLookup {
    let find: (String) -> RemoteDefinition?
    let names: [String]
    /// Names whose definition has errors.
    let broken: Set<String>
}

extension RemoteDefinition {
    /// Stands in where the remote has errors; never handed out.
    static var unknown: RemoteDefinition {
        let empty = TableReader(RemoteKeys.schema, file: DefinitionTable(), place: nil, findings: Findings())
        return RemoteDefinition(empty, DecodingContext(baseDirectory: "/", home: "/"))
    }
}

extension ScheduleDefinition {
    /// nil for a sync that is run by hand.
    init?(_ reader: TableReader) {
        let every = reader.read(ScheduleKeys.every)
        let cron = reader.read(ScheduleKeys.cron)
        let holidays = Set(reader.read(ScheduleKeys.holidays))
        let timezone = reader.read(ScheduleKeys.timezone)
        let runtime = reader.read(ScheduleKeys.maxRuntime)
        let jitter = reader.read(ScheduleKeys.jitter)
        let catchUp = reader.read(ScheduleKeys.catchUp)
        let overlap = reader.read(ScheduleKeys.overlap)
        let trigger: Trigger
        switch (every, cron) {
        case (let every?, nil): trigger = .every(every)
        case (nil, let cron?): trigger = .cron(cron)
        case (_?, _?):
            reader.findings.error(
                "a schedule has either 'every' or 'cron'", at: reader.namePlace(of: ScheduleKeys.cron.name),
                label: "keep one of the two")
            return nil
        case (nil, nil): return nil
        }
        self.init(
            trigger: trigger, timezone: timezone, jitter: jitter, catchUp: catchUp, overlap: overlap,
            maximumRuntime: runtime, holidays: holidays)
    }
}

extension FilterDefinition {
    init(_ reader: TableReader) {
        rules = reader.read(FilterKeys.rules)
        ignoreFile = reader.read(FilterKeys.ignoreFile).nilIfEmpty
        minimumSize = reader.read(FilterKeys.minSize)
        maximumSize = reader.read(FilterKeys.maxSize)
        minimumAge = reader.read(FilterKeys.minAge)
        maximumAge = reader.read(FilterKeys.maxAge)
        symlinks = reader.read(FilterKeys.symlinks)
        settle = reader.read(FilterKeys.settle)
        if let maximumSize, maximumSize < minimumSize {
            reader.findings.error("'min_size' is above 'max_size'", at: reader.place(of: FilterKeys.minSize))
        }
        if let maximumAge, let minimumAge, maximumAge < minimumAge {
            reader.findings.error("'min_age' is above 'max_age'", at: reader.place(of: FilterKeys.minAge))
        }
    }
}

extension DeleteDefinition {
    init(_ reader: TableReader) {
        mode = reader.read(DeleteKeys.mode)
        mirror = reader.read(DeleteKeys.mirror)
        maximum = reader.read(DeleteKeys.max)
        let days = reader.read(DeleteKeys.trashDays)
        trashDays = days == 0 ? nil : days
    }
}

extension TransferDefinition {
    init(_ reader: TableReader) {
        parallel = reader.read(TransferKeys.parallel)
        temporaryName = reader.read(TransferKeys.temporaryName).nilIfEmpty
        resume = reader.read(TransferKeys.resume)
        verify = reader.read(TransferKeys.verify)
        keepModificationTime = reader.read(TransferKeys.keepTime)
        overwrite = reader.read(TransferKeys.overwrite)
    }
}

extension AfterDefinition {
    init(_ reader: TableReader) {
        source = reader.read(AfterKeys.source)
        deleteEmptyFolders = reader.read(AfterKeys.deleteEmptyFolders)
        triggerFile = reader.read(AfterKeys.triggerFile).nilIfEmpty
        onSuccess = reader.read(AfterKeys.onSuccess)
        onFailure = reader.read(AfterKeys.onFailure)
    }
}
