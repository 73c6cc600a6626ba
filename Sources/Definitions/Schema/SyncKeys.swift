/// The top of a file in sync.d.
enum SyncKeys {
    static let remote = Key(
        "remote", .text, default: "", example: "prod", "a name in mounts.d; or a [remote] table of its own")
    static let direction = Key(
        "direction", ValueFormat<SyncDirection>.choice.optional, default: "", example: "push",
        "push (local to server), pull, or sync (both ways)")
    static let local = Key("local", .text, default: "", example: "/srv/reports", "the folder of this machine")
    static let remotePath = Key(
        "remote_path", .text, default: "", example: "/outgoing/daily",
        "the folder on the server; absolute, or below the URL's folder without a leading slash; none is the URL's folder"
    )
    static let enabled = Key("enabled", .flag, default: true, "`syncctl daemon` runs its schedule")
    static let createRoot = Key("create_root", .flag, default: false, "make a root folder that does not exist")
    static let mainFile = Key(
        "main_file", .text, default: "", example: "report-*.csv", "a glob; the run's status is this file's")
    static let sequential = Key("sequential", .flag, default: false, "all files over one connection, in order")

    static let keys = [
        remote.description, direction.description, local.description, remotePath.description, enabled.description,
        createRoot.description, mainFile.description, sequential.description,
    ]
}

/// [schedule]
enum ScheduleKeys {
    static let every = Key(
        "every", ValueFormat.duration(.seconds(1)...RemoteKeys.century).optional, default: "", example: "15m",
        "from the start of one run to the start of the next")
    static let cron = Key(
        "cron", ValueFormat.cron.optional, default: "", example: "30 2 * * Mon-Fri",
        "minute, hour, day of month, month, day of week, as in crontab(5)")
    static let timezone = Key(
        "timezone", ValueFormat.zone.optional, default: "", example: "Europe/Berlin",
        "of 'cron' and 'holidays'; none is this machine's")
    static let jitter = Key("jitter", .duration(), default: "0s", "a random delay up to this, new for each run")
    static let catchUp = Key(
        "catch_up", .flag, default: true, "run once at the start of the daemon if runs were missed")
    static let overlap = Key(
        "overlap", ValueFormat<OverlapPolicy>.choice, default: "skip",
        "what becomes of a run that is due while one is under way")
    static let maxRuntime = Key(
        "max_runtime", ValueFormat.duration(.seconds(1)...RemoteKeys.century).optional, default: "", example: "2h",
        "after which a run is stopped")
    static let holidays = Key(
        "holidays", ValueFormat.date.list("a list of dates"), default: [], example: ["2026-12-25"],
        "on which it does not run")

    static let schema = TableSchema(
        "schedule", "When `syncctl daemon` runs it: `every` or `cron`; without either it is run by hand.",
        keys: [
            every.description, cron.description, timezone.description, jitter.description, catchUp.description,
            overlap.description, maxRuntime.description, holidays.description,
        ])
}

/// [filter]
enum FilterKeys {
    static let rules = Key(
        "rules", ValueFormat.filterRule.list("a list of filter rules"), default: [],
        example: ["- *.tmp", "- .git/", "+ *.csv", "- *"], "the first that matches wins; gitignore globs after + or -")
    static let ignoreFile = Key(
        "ignore_file", .text, default: ".syncignore", "a file of each folder with names to leave out, as gitignore(5)")
    static let minSize = Key("min_size", .bytes, default: "0", "smaller files are left out")
    static let maxSize = Key("max_size", ValueFormat.bytes.optional, default: "", "larger files are left out")
    static let minAge = Key("min_age", ValueFormat.duration().optional, default: "", "younger files are left out")
    static let maxAge = Key("max_age", ValueFormat.duration().optional, default: "", "older files are left out")
    static let symlinks = Key(
        "symlinks", ValueFormat<SymlinkPolicy>.choice, default: "skip", "what becomes of symbolic links")
    static let settle = Key("settle", .duration(), default: "5s", "files changed more recently wait for the next run")

    static let schema = TableSchema(
        "filter", "What takes part.",
        keys: [
            rules.description, ignoreFile.description, minSize.description, maxSize.description, minAge.description,
            maxAge.description, symlinks.description, settle.description,
        ])
}

extension ValueFormat where Value == String {
    fileprivate static let filterRule = ValueFormat.parsed("a rule such as \"- *.tmp\" or \"+ *.csv\"") {
        $0.count > 2 && ($0.hasPrefix("+ ") || $0.hasPrefix("- ")) ? $0 : nil
    }
}
