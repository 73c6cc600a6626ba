import ArgumentParser
import Checksums
import Definitions
import FileModel
import Glibc

@main
struct Syncctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "syncctl",
        abstract: "Mounts FTP, FTPS and SFTP servers as folders, and keeps folders in step with them.",
        discussion: """
            A server is a NAME, defined in mounts.d/NAME.toml or sync.d/NAME.toml, or a URL: ftp:// (TLS if available), \
            ftpes:// (explicit TLS), ftps:// (implicit TLS) or sftp://. `syncctl config reference` shows every key.

            Exit codes: 0 done, 1 some paths failed, 2 usage or definition error, 3 connection, login or folder, \
            4 stopped by a guard, 5 another run is under way, 6 done with conflicts to look at, 130 interrupted.
            """,
        version: "syncctl \(Version.text)",
        subcommands: [
            MountCommand.self, UnmountCommand.self, FlushCommand.self, RescueCommand.self, StatusCommand.self,
            CacheCommand.self,
            PushCommand.self, PullCommand.self, SyncCommand.self, PlanCommand.self, ApplyCommand.self,
            ExplainCommand.self,
            TestCommand.self, ProbeCommand.self,
            TrustCommand.self,
            ListCommand.self, CheckCommand.self, HistoryCommand.self,
            DaemonCommand.self, GetCommand.self, PutCommand.self, CatCommand.self, MakeDirectoryCommand.self,
            RemoveCommand.self, MoveCommand.self,
            ConfigCommand.self,
        ])

    static func main() async {
        setlocale(LC_CTYPE, "C.UTF-8")
        // A reader that goes away is told by EPIPE.
        signal(SIGPIPE, SIG_IGN)
        MemoryProtection.apply()
        Heap.prepare()
        CryptoLibrary.keepUntilTheEnd()
        do {
            let helper = MountHelper(CommandLine.arguments)
            if let helper, helper.arguments == nil { return }
            var command = try parseAsRoot(helper?.arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            ProgramExit.exit(for: error)
        }
    }
}

enum Version {
    static let text = "0.1.0"
}
