import ArgumentParser
import Definitions
import Glibc
import Logging
import Service

struct DaemonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "daemon", abstract: "Run every enabled mount and every scheduled sync, in the foreground.",
        discussion: "SIGHUP reads the definitions again and restarts what changed; SIGTERM ends everything in order.")

    @OptionGroup var directories: DirectoryOptions

    @Flag(
        name: .shortAndLong,
        help: "Tell more: -vv why things are done, -vvv also what is sent to servers and what they answer.")
    var verbose: Int

    func run() async throws {
        let directories = directories.directories()
        try directories.prepare()
        let level: Logger.Level = Verbosity(verbose).isTalkative ? .debug : .info
        let logger = Logger(label: "mount") { ErrorOutputLog(label: $0, level: level) }
        let remotes = RemoteAssembly(directories, showsWire: Verbosity(verbose).showsWire)
        let work = ServiceWork(
            directories, remotes: remotes, history: try SQLiteRunHistory(path: directories.historyFile),
            mounter: VolumeMounter(directories, remotes: remotes, logger: logger))
        let daemon = Daemon(work: work) { Journal.write($0.description) }
        let signals = SignalWatch.stop { daemon.stop() } + [SignalWatch(SIGHUP) { daemon.reload() }]
        await daemon.run()
        withExtendedLifetime(signals) {}
    }
}
