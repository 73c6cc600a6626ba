import ArgumentParser
import Definitions
import FileModel
import Service
import SyncEngine
import VirtualFileSystem

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "What the mounts are doing, what could not be uploaded, and what syncs could not delete.")

    @OptionGroup var directories: DirectoryOptions

    @Flag(help: "Again every second, until interrupted.")
    var watch = false

    @Flag(help: "One JSON object per mount, and per sync with deletions that were refused.")
    var json = false

    func run() async throws {
        let folders = directories.directories()
        repeat {
            let text = render(StatusFindings(folders))
            if watch, !json, Terminal.output.isInteractive { Terminal.output.write("\u{1B}[H\u{1B}[2J") }
            Terminal.output.write(text)
            if watch { try await Task.sleep(for: .seconds(1)) }
        } while watch
    }

    private func render(_ found: StatusFindings) -> String {
        if json {
            let lines = found.mounts.map(StatusReport.json) + found.deletions.map(PendingDeletionReport.json)
            return lines.map { $0.text + "\n" }.joined()
        }
        var parts = found.mounts.map(StatusReport.text)
        if parts.isEmpty { parts.append("no mounts\n") }
        parts += found.deletions.map(PendingDeletionReport.text)
        return (parts + found.leftovers).joined(separator: "\n")
    }
}

/// What there is to tell at one moment. Blocks.
private struct StatusFindings {
    let mounts: [MountControl.Answer]
    let deletions: [PendingDeletions]
    /// Files that could not be uploaded.
    private let rescued: Int
    /// Files that ended mounts did not come to upload.
    private let abandoned: String?

    init(_ folders: ProgramDirectories) {
        mounts = MountControl(folders).status()
        deletions = PendingDeletions.all(in: folders.archives, limit: PendingDeletionReport.most)
        rescued = (try? RescueStore(folder: folders.rescue).entries().count) ?? 0
        abandoned = WriteBackJournals(folder: folders.pending).abandonedSentence
    }

    var leftovers: [String] {
        var lines: [String] = []
        if rescued > 0 {
            lines.append("\(rescued) file\(rescued == 1 ? "" : "s") could not be uploaded: syncctl rescue list\n")
        }
        if let abandoned { lines.append(abandoned + "\n") }
        return lines
    }
}

struct CacheCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache", abstract: "What mounts know of their servers.", subcommands: [CacheDropCommand.self])
}

struct CacheDropCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop", abstract: "Forget names, attributes and contents: the next look asks the server.")

    @OptionGroup var directories: DirectoryOptions

    @Argument(help: ArgumentHelp("A definition or a mount point; all mounts without it.", valueName: "name|dir"))
    var target: String?

    func run() async throws {
        let answers = MountControl(directories.directories()).dropCaches(MountSelection(target).contains)
        if answers.isEmpty, let target { throw StorageError(.notFound, "\(target) is not mounted") }
        for answer in answers {
            let mountpoint = try answer.result.get().mountpoint
            Terminal.output.writeLine("dropped what \(mountpoint) knew")
        }
    }
}

/// The mounts that a definition or a mount point stands for; all without one.
struct MountSelection {
    private let target: String?
    private let folder: String?

    init(_ target: String?) {
        self.target = target
        folder = target.map(MountPoint.canonical)
    }

    func contains(_ status: MountStatus) -> Bool {
        target == nil || status.mountpoint == folder || (!status.name.isEmpty && status.name == target)
    }
}

/// A mount's status as text and as JSON.
enum StatusReport {
    static func text(_ answer: MountControl.Answer) -> String {
        guard case .success(let status) = answer.result else {
            return "\(answer.name): \(Terminal.output.styled("does not answer", .red))\n"
        }
        let since = Timestamp.now().duration(since: Timestamp(seconds: status.started))
        let folder = status.folder.hasPrefix("/") ? status.folder : "/" + status.folder
        let title = "\(Terminal.output.styled(status.mountpoint, .bold))  \(status.remote)\(folder)"
        let lines =
            ["\(title)  process \(status.process), since \(seconds(since))", server(status)] + pool(status.pool)
            + transfer(status.volume) + calls(status.volume.calls)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func seconds(_ duration: Duration) -> String {
        Duration.seconds(max(1, duration.components.seconds)).inUnits
    }

    private static func server(_ status: MountStatus) -> String {
        guard let outage = status.volume.outage else { return "  server    answers" }
        let time = seconds(.seconds(status.volume.outageSeconds ?? 0))
        return "  server    \(Terminal.output.styled("away", .red)) for \(time): \(outage)"
    }

    private static func pool(_ pool: MountStatus.PoolStatus?) -> [String] {
        guard let pool else { return [] }
        let error = pool.lastError.map { "; \($0)" } ?? ""
        return [
            "  sessions  \(pool.open) open, \(pool.idle) idle, \(pool.leased) in use, \(pool.waiting) waited for, "
                + "at most \(pool.limit)\(error)"
        ]
    }

    private static func transfer(_ volume: VolumeStatus) -> [String] {
        let caches = volume.caches.map { cache -> String in
            let total = cache.hits + cache.misses
            return "\(cache.name) \(total == 0 ? 0 : cache.hits * 100 / total) %"
        }
        return [
            "  read      \(ByteCount(volume.read.bytesPerSecond))/s, \(ByteCount(volume.read.bytes)) in all",
            "  written   \(ByteCount(volume.written.bytesPerSecond))/s, \(ByteCount(volume.written.bytes)) in all, "
                + "\(volume.unsettledFiles) of \(volume.openFiles) open files not settled",
            "  spool     \(ByteCount(volume.spoolUsed)) of \(ByteCount(volume.spoolLimit)), "
                + "\(volume.rescued) rescued",
            "  caches    " + caches.joined(separator: ", "),
        ] + (volume.pending.map { [pending($0)] } ?? [])
    }

    private static func pending(_ pending: VolumeStatus.Pending) -> String {
        guard pending.files > 0 else { return "  pending   nothing" }
        let age = pending.since.map {
            ", the oldest for " + seconds(Timestamp.now().duration(since: Timestamp(seconds: $0)))
        }
        let error = pending.lastError.map { "; \($0)" } ?? ""
        return "  pending   \(pending.files) files, \(ByteCount(pending.bytes)), \(pending.uploading) being uploaded"
            + (age ?? "") + error
    }

    private static func calls(_ calls: [VolumeStatus.Call]) -> [String] {
        guard !calls.isEmpty else { return [] }
        let head = "  " + ["call      ", "     count", "  failures", "       p50", "       p99"].joined()
        return [head]
            + calls.map { call in
                "  " + Terminal.padded(call.name, to: 10) + right("\(call.count)") + right("\(call.failures)")
                    + right(time(call.p50)) + right(time(call.p99))
            }
    }

    private static func right(_ text: String) -> String {
        String(repeating: " ", count: max(0, 10 - text.count)) + text
    }

    private static func time(_ microseconds: Int64) -> String {
        microseconds < 1000 ? "\(microseconds) µs" : "\(microseconds / 1000).\(microseconds / 100 % 10) ms"
    }

    // MARK: - JSON

    static func json(_ answer: MountControl.Answer) -> JSONLine {
        guard case .success(let status) = answer.result else {
            return JSONLine("mount").adding("socket", .string(answer.name)).adding("answers", .boolean(false))
        }
        let volume = status.volume
        let line = JSONLine("mount").adding("name", .string(status.name)).adding("answers", .boolean(true))
            .adding("mountpoint", .string(status.mountpoint)).adding("remote", .string(status.remote))
            .adding("folder", .string(status.folder)).adding("process", .init(status.process))
            .adding("started", .string(UTCText.of(Timestamp(seconds: status.started))))
            .adding("read_only", .boolean(status.isReadOnly)).adding("outage", .init(volume.outage))
            .adding("bytes_read", .init(volume.read.bytes)).adding("read_rate", .init(volume.read.bytesPerSecond))
            .adding("bytes_written", .init(volume.written.bytes))
            .adding("write_rate", .init(volume.written.bytesPerSecond))
            .adding("open_files", .init(volume.openFiles)).adding("unsettled_files", .init(volume.unsettledFiles))
            .adding("spool_used", .init(volume.spoolUsed)).adding("spool_limit", .init(volume.spoolLimit))
            .adding("rescued", .init(volume.rescued)).adding("pending", pending(volume.pending))
        return line.adding("pool", pool(status.pool)).adding(
            "caches",
            .object(
                volume.caches.map { cache in
                    (cache.name, JSONLine.Value.object([("hits", .init(cache.hits)), ("misses", .init(cache.misses))]))
                })
        ).adding("calls", .object(volume.calls.map { ($0.name, call($0)) }))
    }

    private static func pending(_ pending: VolumeStatus.Pending?) -> JSONLine.Value {
        guard let pending else { return .null }
        return .object([
            ("files", .init(pending.files)), ("bytes", .init(pending.bytes)), ("uploading", .init(pending.uploading)),
            ("since", .init(pending.since.map { UTCText.of(Timestamp(seconds: $0)) })),
            ("last_error", .init(pending.lastError)),
        ])
    }

    private static func call(_ call: VolumeStatus.Call) -> JSONLine.Value {
        .object([
            ("count", .init(call.count)), ("failures", .init(call.failures)), ("p50_us", .init(call.p50)),
            ("p99_us", .init(call.p99)), ("longest_us", .init(call.longest)),
        ])
    }

    private static func pool(_ pool: MountStatus.PoolStatus?) -> JSONLine.Value {
        guard let pool else { return .null }
        return .object([
            ("limit", .init(pool.limit)), ("open", .init(pool.open)), ("idle", .init(pool.idle)),
            ("leased", .init(pool.leased)), ("waiting", .init(pool.waiting)), ("connecting", .init(pool.connecting)),
            ("last_error", .init(pool.lastError)),
        ])
    }
}
