import FileModel
import SyncCore

/// What a plan was decided from, and must still hold when it is carried out.
struct PlanBasis: Hashable {
    var identity: ArchiveIdentity
    /// Runs that the archive had seen.
    var runs: Int64
    var hasRun: Bool
    /// Settings that carrying out depends on, by their names in definitions.
    var settings: [String: String]

    init(_ header: ArchiveHeader, _ options: SyncOptions) {
        identity = header.identity
        runs = header.runs
        hasRun = header.hasRun
        settings = options.planSettings
    }

    // MARK: - As fields

    private static let settingPrefix = "setting."

    var fields: [String: String] {
        var fields = [
            "server": identity.server, "remote_root": identity.remoteRoot, "local_root": identity.localRoot,
            "runs": String(runs), "has_run": hasRun ? "1" : "0",
        ]
        for (name, value) in settings { fields[Self.settingPrefix + name] = value }
        return fields
    }

    /// - Returns: nil when a field is missing.
    init?(_ fields: [String: String]) {
        guard let server = fields["server"], let remoteRoot = fields["remote_root"],
            let localRoot = fields["local_root"], let runs = fields["runs"].flatMap({ Int64($0) }),
            let hasRun = fields["has_run"]
        else { return nil }
        identity = ArchiveIdentity(server: server, remoteRoot: remoteRoot, localRoot: localRoot)
        self.runs = runs
        self.hasRun = hasRun == "1"
        settings = [:]
        for (name, value) in fields where name.hasPrefix(Self.settingPrefix) {
            settings[String(name.dropFirst(Self.settingPrefix.count))] = value
        }
    }

    // MARK: - Comparing

    /// Why a plan with this basis must not be carried out on `now`; nil when it may.
    func objection(_ now: PlanBasis) -> StorageError? {
        for (what, planned, present) in [
            ("server", identity.server, now.identity.server),
            ("remote folder", identity.remoteRoot, now.identity.remoteRoot),
            ("local folder", identity.localRoot, now.identity.localRoot),
        ] where planned != present {
            return refusal("it was made for the \(what) \(planned), and this is \(present)")
        }
        if runs != now.runs || hasRun != now.hasRun {
            return refusal("another run has changed what is remembered of the two folders")
        }
        for name in Set(settings.keys).union(now.settings.keys).sorted() where settings[name] != now.settings[name] {
            return refusal(
                "\(name) was \(settings[name] ?? "not set") when it was made, and is \(now.settings[name] ?? "not set") now"
            )
        }
        return nil
    }

    private func refusal(_ reason: String) -> StorageError {
        StorageError(.failed, "nothing was changed: the plan does not hold any more, since \(reason); plan again")
    }
}

extension SyncOptions {
    fileprivate var planSettings: [String: String] {
        let mode: String
        switch self.mode {
        case .twoWay: mode = "sync"
        case .oneWay(let side, let mirror): mode = (side == .local ? "push" : "pull") + (mirror ? " with mirror" : "")
        }
        return [
            "direction": mode, "delete.mode": deletes.rawValue, "transfer.overwrite": overwrite.rawValue,
            "filter.symlinks": filter.links.rawValue, "transfer.temporary_name": temporaryName,
            "transfer.verify": verification.rawValue, "transfer.keep_mtime": String(keepsTimes),
            "after.source": deletesSource ? "delete" : "keep",
            "after.delete_empty_folders": String(deletesEmptyFolders),
            "after.trigger_file": triggerFile?.string ?? "", "main_file": mainFile ?? "",
        ]
    }
}
