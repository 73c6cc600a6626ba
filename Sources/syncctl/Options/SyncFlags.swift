import ArgumentParser
import Definitions
import FileModel

/// What push, pull and sync have in common.
struct SyncFlags: ParsableArguments {
    @OptionGroup var directories: DirectoryOptions
    @OptionGroup var remote: RemoteOptions

    @Flag(name: [.customShort("n"), .long], help: "Show what would be done, change nothing.")
    var dryRun = false

    @Flag(help: "One JSON object per event, the summary last.")
    var json = false

    @Flag(inversion: .prefixedNo, help: "A line of progress on the terminal.")
    var progress: Bool?

    @Flag(help: "push, pull: delete at the destination what the source does not have.")
    var delete = false

    @Option(
        help: ArgumentHelp(
            "Which side keeps the name where both changed: newer, older, larger, smaller, local, remote, keep-both, skip.",
            valueName: "policy"), transform: OptionText.conflict)
    var conflict: ConflictPolicy?

    @Option(
        help: ArgumentHelp("Stop before deleting more than this on a side.", valueName: "n|n%|off"),
        transform: OptionText.limit)
    var maxDelete: CountLimit?

    @Flag(help: "A side that has become empty is meant to be.")
    var allowEmpty = false

    @Flag(help: "Many overwritten files are meant.")
    var force = false

    @Option(help: ArgumentHelp("Take in what matches; alone it leaves everything else out.", valueName: "glob"))
    var include: [String] = []

    @Option(
        help: ArgumentHelp(
            "Leave out what matches; the first match of --include and --exclude wins.", valueName: "glob"))
    var exclude: [String] = []

    @Option(help: ArgumentHelp("Filter rules, one in each line: '- *.tmp', '+ *.csv'.", valueName: "file"))
    var filterFrom: [String] = []

    @Option(
        help: ArgumentHelp("Bytes per second in each direction, such as 500k or 2MiB.", valueName: "rate"),
        transform: OptionText.rate)
    var bwlimit: ByteCount?

    @Option(help: ArgumentHelp("At most so many connections.", valueName: "n"))
    var connections: Int?

    @Option(help: ArgumentHelp("Files under way at the same time.", valueName: "n"))
    var parallel: Int?

    func validate() throws {
        if let connections, !(1...25).contains(connections) {
            throw ValidationError("--connections must be a number from 1 to 25.")
        }
        if let parallel, !(1...256).contains(parallel) {
            throw ValidationError("--parallel must be a number from 1 to 256.")
        }
    }

    /// The definition with what the flags say on top.
    func apply(to definition: inout SyncDefinition) throws {
        if delete {
            guard definition.direction != .sync else {
                throw ValidationError("--delete is for push and pull; a two-way sync deletes on both sides anyway.")
            }
            definition.delete.mirror = true
        }
        if let conflict { definition.conflict = conflict }
        if let maxDelete { definition.delete.maximum = maxDelete }
        if let connections { definition.remote.maximumConnections = connections }
        if let parallel { definition.transfer.parallel = parallel }
        definition.filter.rules = try FilterArguments.rules(in: CommandLine.arguments) + definition.filter.rules
    }
}

/// Words of the command line as values.
enum OptionText {
    static func conflict(_ text: String) throws -> ConflictPolicy {
        if let policy = ConflictPolicy(rawValue: text) { return policy }
        let words = ConflictPolicy.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("'\(text)' is none of \(words).")
    }

    static func limit(_ text: String) throws -> CountLimit {
        if let limit = CountLimit(text) { return limit }
        throw ValidationError("'\(text)' is neither a number, a percentage such as 25%, nor off.")
    }

    static func rate(_ text: String) throws -> ByteCount {
        if let rate = ByteCount(text), rate.bytes >= 1024 { return rate }
        throw ValidationError("'\(text)' is no rate of at least 1KiB a second, such as 500k or 2MiB.")
    }
}
