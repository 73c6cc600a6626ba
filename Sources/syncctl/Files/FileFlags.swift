import ArgumentParser
import Definitions
import FileModel
import Service
import SyncEngine

/// What the small file commands have in common.
struct FileFlags: ParsableArguments {
    @OptionGroup var directories: DirectoryOptions
    @OptionGroup var remote: RemoteOptions

    @Flag(help: "One JSON object per event, the summary last.")
    var json = false

    var verbosity: Verbosity { Verbosity(remote.verbose) }

    func target(_ text: String) throws -> RemoteTarget { try RemoteTarget.find(text, directories, remote) }
}

/// What the commands that copy have on top.
struct CopyFlags: ParsableArguments {
    @OptionGroup var files: FileFlags

    @Flag(name: .shortAndLong, help: "Folders, too, with all that is in them; links are left out.")
    var recursive = false

    @Flag(name: .shortAndLong, help: "Replace files that exist already.")
    var force = false

    @Flag(inversion: .prefixedNo, help: "A line of progress on the terminal.")
    var progress: Bool?

    @Option(
        help: ArgumentHelp("Bytes per second, such as 500k or 2MiB.", valueName: "rate"), transform: OptionText.rate)
    var bwlimit: ByteCount?

    var reporter: SyncReporter {
        let isWanted = progress ?? true
        return SyncReporter(
            SyncReportStyle(
                isJSON: files.json, isVerbose: files.verbosity.showsChanges,
                showsProgress: isWanted && !files.json && !files.verbosity.isTalkative && Terminal.errors.isInteractive)
        )
    }
}
