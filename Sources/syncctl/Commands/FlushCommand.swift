import ArgumentParser
import Definitions
import FileModel
import Service
import VirtualFileSystem

struct FlushCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flush", abstract: "Upload what is pending on mounts with write = \"back\", and wait for it.",
        discussion: """
            What mounts that ended left behind is uploaded as well. What was mounted by URL and has ended needs that \
            URL again: --remote URL.
            """)

    @OptionGroup var directories: DirectoryOptions
    @OptionGroup var remote: RemoteOptions

    @Option(name: .customLong("remote"), help: ArgumentHelp("Definition or URL to upload to.", valueName: "name|url"))
    var server: String?

    @Argument(help: ArgumentHelp("A definition or a mount point; everything without it.", valueName: "name|dir"))
    var target: String?

    func run() async throws {
        let folders = directories.directories()
        try folders.prepare()
        var outcome = FlushOutcome()
        let mounts = MountControl(folders).flush(MountSelection(target).contains)
        for mount in mounts { outcome.add(try await LiveFlush(MountControl(folders), try mount.result.get()).run()) }
        let journals = try WriteBackJournals(folder: folders.pending).abandoned()
        for journal in journals {
            guard let record = try journal.store.entries().lazy.compactMap(\.record).first,
                target == nil || target == record.definition
            else { continue }
            outcome.add(try await flush(journal, record, folders))
        }
        if let target, mounts.isEmpty, outcome.isEmpty {
            throw StorageError(.notFound, "\(target) is not mounted, and nothing of it is pending")
        }
        try outcome.end()
    }

    private func flush(
        _ journal: WriteBackJournal, _ record: RescueRecord, _ folders: ProgramDirectories
    ) async throws -> FlushOutcome.Part {
        let name = server ?? record.definition
        guard !name.isEmpty else {
            throw StorageError(
                .configuration,
                "\(record.path) was written to a mount of a URL: name that with --remote \(record.remote)")
        }
        let remote = try RemoteTarget.find(name, directories, remote).remote
        let result = try await AbandonedFlush(folders, RemoteAssembly(folders)).run(journal, to: remote)
        let title = record.definition.isEmpty ? record.remote : record.definition
        return FlushOutcome.Part(title: title, uploaded: result.uploaded, rescued: result.rescued, left: result.left)
    }
}

/// What a flush came to.
struct FlushOutcome {
    struct Part {
        let title: String
        let uploaded: Int
        let rescued: Int
        var left: StorageError?
    }

    private var parts: [Part] = []

    var isEmpty: Bool { parts.isEmpty }

    mutating func add(_ part: Part) {
        parts.append(part)
        let files = part.uploaded == 1 ? "1 file" : "\(part.uploaded) files"
        let isIdle = part.uploaded == 0 && part.rescued == 0 && part.left == nil
        Terminal.output.writeLine("\(part.title): \(isIdle ? "nothing pending" : "uploaded \(files)")")
        if part.rescued > 0 {
            Terminal.errors.writeLine(
                "syncctl: \(part.title): \(part.rescued) could not be uploaded: syncctl rescue list")
        }
        if let left = part.left { Terminal.errors.writeLine("syncctl: \(part.title): still pending: \(left)") }
    }

    /// - Throws: the exit code of the worst part.
    func end() throws {
        if let left = parts.lazy.compactMap(\.left).first { throw ExitCode(ProgramExit.code(of: left)) }
        if parts.contains(where: { $0.rescued > 0 }) { throw ExitCode(1) }
    }
}

/// Waits until a living mount has uploaded what was pending when it was asked.
private struct LiveFlush {
    private let control: MountControl
    private let start: MountStatus

    /// Without a success for so long, while uploads fail, there is no use in waiting.
    private static let patience = Duration.seconds(60)

    init(_ control: MountControl, _ start: MountStatus) {
        self.control = control
        self.start = start
    }

    func run() async throws -> FlushOutcome.Part {
        guard let before = start.volume.pending, before.files > 0 else { return part(0, start) }
        var left = before.files
        var deadline = ContinuousClock.now + Self.patience
        while true {
            let status = try self.status()
            guard let now = status.volume.pending, let oldest = now.oldest, oldest <= before.newest else {
                return part(before.files, status)
            }
            if now.files < left { deadline = .now + Self.patience }
            left = now.files
            if let error = now.lastError, ContinuousClock.now > deadline {
                var part = part(before.files - min(left, before.files), status)
                part.left = StorageError(.unreachable, error)
                return part
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func part(_ count: Int, _ status: MountStatus) -> FlushOutcome.Part {
        let rescued = max(0, status.volume.rescued - start.volume.rescued)
        return FlushOutcome.Part(title: status.mountpoint, uploaded: max(0, count - rescued), rescued: rescued)
    }

    private func status() throws -> MountStatus {
        for answer in control.status() {
            if case .success(let status) = answer.result, status.mountpoint == start.mountpoint { return status }
        }
        throw StorageError(.notFound, "\(start.mountpoint) ended meanwhile; syncctl flush again for what it left")
    }
}
