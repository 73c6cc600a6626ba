import ArgumentParser
import Definitions
import FileModel
import Glibc
import Logging
import Service

struct MountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mount", abstract: "Show a folder of a server as a local folder.",
        discussion: """
            Returns when the folder answers and leaves a process behind that serves it; `syncctl unmount`, \
            `fusermount3 -u` or SIGTERM end it, after everything is uploaded.
            """)

    @OptionGroup var directories: DirectoryOptions
    @OptionGroup var remote: RemoteOptions

    @Flag(name: [.customShort("f"), .long], help: "Stay until the folder is unmounted.")
    var foreground = false

    /// Where the process in the background tells that it is ready, or why not.
    @Option(name: .customLong("ready-descriptor"), help: .hidden)
    var readyDescriptor: Int32?

    @Argument(help: ArgumentHelp("A definition or a URL.", valueName: "name|url"))
    var target: String

    @Argument(help: ArgumentHelp("The folder to mount on; the definition's own without it.", valueName: "dir"))
    var folder: String?

    func run() async throws {
        let decoded = try definition()
        var definition = decoded.value
        try remote.apply(to: &definition.remote)
        guard let mountpoint = folder.map(MountPoint.canonical) ?? definition.mount.mountpoint else {
            throw DefinitionFailure("\(target) has no mount point", label: "name one: syncctl mount \(shownTarget) DIR")
        }
        if foreground {
            showWarnings(decoded.warnings)
            try await serve(definition, on: mountpoint)
        } else {
            showWarnings(decoded.warnings)
            try await BackgroundMount(target: target, mountpoint: mountpoint, definition: definition, command: self)
                .start()
        }
    }

    private func definition() throws -> Decoded<MountDefinition> {
        let overrides = try DefinitionOverrides(remote.options, scope: .mount)
        let catalog = directories.catalog()
        return RemoteURL.looksLikeURL(target)
            ? try catalog.mount(url: target, overrides: overrides)
            : try catalog.mount(named: target, overrides: overrides)
    }

    /// The process in the background has an empty terminal: its parent has shown the warnings.
    private func showWarnings(_ warnings: [Diagnostic]) {
        guard !warnings.isEmpty, readyDescriptor == nil else { return }
        Terminal.errors.writeLine(Terminal.errors.colored(warnings))
    }

    private var shownTarget: String { RemoteURL.looksLikeURL(target) ? "URL" : target }

    // MARK: - In the foreground

    private func serve(_ definition: MountDefinition, on mountpoint: String) async throws {
        let ready = readyDescriptor.map(ReadyPipe.init)
        let directories = directories.directories()
        let logger = logger(definition.log)
        let mounter = VolumeMounter(directories, remotes: RemoteAssembly(directories), logger: logger)
        let end = MountEnd()
        // Before the mount is there: a signal in the moment after would leave a dead one behind.
        let signals = SignalWatch.stop { end.request() }
        let mount: any RunningMount
        do {
            mount = try await end.cancellable { () throws(StorageError) in
                try await mounter.mount(definition, on: mountpoint, isDaemon: false)
            }
        } catch {
            ready?.failed(error)
            throw error
        }
        end.mounted(mount)
        ready?.succeeded()
        ServiceManager.ready()
        defer { withExtendedLifetime(signals) {} }
        try await mount.waitUntilEnded()
    }

    private func logger(_ log: LogDefinition) -> Logger {
        let level = Logger.Level(rawValue: log.level.rawValue) ?? .info
        return Logger(label: "mount") { ErrorOutputLog(label: $0, level: level) }
    }
}
