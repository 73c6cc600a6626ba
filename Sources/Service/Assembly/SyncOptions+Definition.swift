public import Definitions
public import FileModel
public import SyncEngine
import SyncCore

extension SyncOptions {
    /// What the engine needs to know of a definition.
    ///
    /// - Throws: `.configuration` for a filter rule or file name that cannot be used.
    public init(_ definition: SyncDefinition) throws(StorageError) {
        self.init(
            name: definition.archiveName, localRoot: definition.local,
            mode: Self.mode(definition.direction, mirror: definition.delete.mirror))
        filter = try SyncFilter(definition.filter)
        createsRoots = definition.createRoot
        deletes = SyncCore.DeleteMode(rawValue: definition.delete.mode.rawValue) ?? .trash
        deleteLimit = DeleteLimit(definition.delete.maximum)
        trashDays = definition.delete.trashDays ?? Self.forEver
        conflict = SyncCore.ConflictPolicy(rawValue: definition.conflict.rawValue) ?? .newer
        overwrite = SyncCore.OverwritePolicy(rawValue: definition.transfer.overwrite.rawValue) ?? .ifDifferent
        parallel = definition.transfer.parallel
        isSequential = definition.sequential
        temporaryName = definition.transfer.temporaryName ?? ""
        resumes = definition.transfer.resume
        verification = Verification(rawValue: definition.transfer.verify.rawValue) ?? .size
        keepsTimes = definition.transfer.keepModificationTime
        deletesSource = definition.after.source == .delete
        deletesEmptyFolders = definition.after.deleteEmptyFolders
        if let name = definition.after.triggerFile { triggerFile = try RemotePath(name) }
        mainFile = definition.mainFile
        bandwidthLimit = Self.bandwidthLimit(definition)
    }

    /// The engine has one limit for both directions; the smaller one keeps both promises.
    private static func bandwidthLimit(_ definition: SyncDefinition) -> Int64? {
        let limit = definition.remote.rateLimit
        let used =
            switch definition.direction {
            case .push: [limit.up]
            case .pull: [limit.down]
            case .sync: [limit.up, limit.down]
            }
        return used.compactMap { $0?.bytes }.min()
    }

    /// Days; a century.
    private static let forEver = 36_500

    private static func mode(_ direction: SyncDirection, mirror: Bool) -> SyncMode {
        switch direction {
        case .push: .oneWay(from: .local, mirror: mirror)
        case .pull: .oneWay(from: .remote, mirror: mirror)
        case .sync: .twoWay
        }
    }
}

extension SyncFilter {
    init(_ definition: FilterDefinition) throws(StorageError) {
        self.init()
        var rules: [FilterRule] = []
        for line in definition.rules { rules.append(try FilterRule(line)) }
        self.rules = rules
        ignoreFile = definition.ignoreFile ?? ""
        minimumSize = definition.minimumSize.bytes > 0 ? definition.minimumSize.bytes : nil
        maximumSize = definition.maximumSize?.bytes
        minimumAge = definition.minimumAge
        maximumAge = definition.maximumAge
        links = LinkPolicy(rawValue: definition.symlinks.rawValue) ?? .skip
        settle = definition.settle
    }
}

extension DeleteLimit {
    init(_ limit: CountLimit) {
        switch limit {
        case .count(let number): self = .count(number)
        case .percent(let percent): self = .percent(percent)
        case .off: self = .off
        }
    }
}

extension SyncDefinition {
    /// Names the archive and the lock: the definition's name, or, for folders named on the command line, what tells
    /// this pair of folders from all others.
    public var archiveName: String {
        if !isAdHoc { return name }
        let pair = "\(remote.identity) \(folder) \(local)"
        let hash = pair.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return "adhoc-\(String(hash, radix: 16))"
    }

    /// What the history remembers.
    public var runTarget: RunTarget {
        RunTarget(
            scheme: remote.scheme.rawValue, host: remote.host, port: remote.port, user: remote.user,
            folder: folder.description, local: local, direction: direction.rawValue)
    }
}
