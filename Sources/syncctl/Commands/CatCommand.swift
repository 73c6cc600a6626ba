import ArgumentParser
import Definitions
import FileModel
import Service
import SyncEngine

struct CatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cat", abstract: "Write a file of a server to standard output.")

    @OptionGroup var directories: DirectoryOptions
    @OptionGroup var remote: RemoteOptions

    @Argument(help: ArgumentHelp("A URL, or NAME/PATH below the folder of a definition.", valueName: "url"))
    var source: String

    func run() async throws {
        var flags = FileFlags()
        (flags.directories, flags.remote, flags.json) = (directories, remote, false)
        let target = try flags.target(source)
        _ = try await FileSession.run(target, flags) { session in
            try await FileTransfer(localRoot: "/", remote: session.files, overwrites: false)
                .download(target.path, to: 1)
        }
    }
}
