/// What a volume is doing at one moment, for status displays.
public struct VolumeStatus: Codable, Sendable, Hashable {
    public struct Call: Codable, Sendable, Hashable {
        public var name: String
        public var count: UInt64
        public var failures: UInt64
        /// Microseconds.
        public var p50: Int64
        public var p99: Int64
        public var longest: Int64
    }

    public struct CacheUse: Codable, Sendable, Hashable {
        public var name: String
        public var hits: UInt64
        public var misses: UInt64
    }

    public struct Transfer: Codable, Sendable, Hashable {
        public var bytes: Int64
        /// Over the last five seconds.
        public var bytesPerSecond: Int64
    }

    /// Files that were closed and that the server does not have yet.
    public struct Pending: Codable, Sendable, Hashable {
        public var files: Int
        public var bytes: Int64
        public var uploading: Int
        /// The sequence numbers of the one that waits longest, and of the latest that was closed.
        public var oldest: UInt64?
        public var newest: UInt64
        /// Since when the oldest waits, in seconds since 1970.
        public var since: Int64?
        /// Why uploads do not succeed at present.
        public var lastError: String?
    }

    /// In the order of their number.
    public var calls: [Call]
    public var caches: [CacheUse]
    public var read: Transfer
    public var written: Transfer
    public var openFiles: Int
    /// Files that the server does not have in full yet.
    public var unsettledFiles: Int
    public var spoolUsed: Int64
    public var spoolLimit: Int64
    /// With write-back.
    public var pending: Pending?
    /// Files that could not be uploaded since the mount began.
    public var rescued: Int
    /// Why calls fail at once; nil while the server answers.
    public var outage: String?
    public var outageSeconds: Int64?
}

extension Volume {
    public func status() -> VolumeStatus {
        let transfer = metrics.transfer()
        let files = inodes.openFiles()
        let outage = services.remote.limit.health?.outage
        return VolumeStatus(
            calls: metrics.calls().map { Self.call($0.key, $0.value) }.sorted {
                ($1.count, $0.name) < ($0.count, $1.name)
            },
            caches: metrics.caches().map {
                VolumeStatus.CacheUse(name: $0.key.rawValue, hits: $0.value.hits, misses: $0.value.misses)
            }.sorted { $0.name < $1.name },
            read: transfer.read, written: transfer.written, openFiles: handles.openFiles.count,
            unsettledFiles: files.count { $0.isAhead }, spoolUsed: services.spools.inUse,
            spoolLimit: settings.spoolLimit.bytes, pending: services.held?.status(),
            rescued: services.rescued.withLock { $0.count },
            outage: outage.map { "\($0.error)" }, outageSeconds: outage?.duration.components.seconds)
    }

    private static func call(_ name: String, _ counts: VolumeMetrics.CallCounts) -> VolumeStatus.Call {
        let times = counts.times
        return VolumeStatus.Call(
            name: name, count: times.count, failures: counts.failures, p50: microseconds(times.quantile(0.5)),
            p99: microseconds(times.quantile(0.99)), longest: microseconds(times.maximum))
    }

    private static func microseconds(_ duration: Duration?) -> Int64 {
        let (seconds, attoseconds) = (duration ?? .zero).components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }

    /// Lets every next question go to the server.
    ///
    /// - Returns: what the kernel has to forget as well.
    public func dropCaches() -> [CachedName] {
        filesAhead.drop()
        room.forget()
        return inodes.withLock { table, now in table.dropCaches(now: now) }
    }
}

/// A name that the kernel may have cached, with the inode it stands for.
public struct CachedName: Sendable, Hashable {
    /// nil for a name known to be absent.
    public let inode: InodeNumber?
    /// nil for the root.
    public let parent: InodeNumber?
    /// Bytes of the name.
    public let name: [UInt8]
}

extension InodeTable {
    mutating func dropCaches(now: ContinuousClock.Instant) -> [CachedName] {
        var names: [CachedName] = []
        for inode in inodes.values {
            inode.expires = min(inode.expires, now)
            inode.named = min(inode.named, now)
            inode.pages = nil
            if let directory = inode.directory {
                directory.completeUntil = nil
                // What is under way was asked for before.
                directory.hasForgotten = directory.listingsUnderWay > 0
                directory.isAskedFor = false
            }
            for name in inode.directory.map({ Array($0.absent.keys) }) ?? [] {
                names.append(CachedName(inode: nil, parent: inode.number, name: name.bytes))
            }
            inode.directory?.absent.removeAll()
            guard inode.lookups > 0 || inode.number == .root else { continue }
            if inode.links.isEmpty { names.append(CachedName(inode: inode.number, parent: nil, name: [])) }
            for link in inode.links {
                names.append(CachedName(inode: inode.number, parent: link.parent, name: link.name.bytes))
            }
        }
        return names
    }
}
