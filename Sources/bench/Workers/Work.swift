import ArgumentParser
import Glibc

/// Reads files of stamped content through a mount, in a process of its own that can be measured and killed.
///
/// It prints the number of files and bytes that were right, and fails at the first wrong one.
struct Work: ParsableCommand {
    enum Operation: String, ExpressibleByArgument {
        /// One file from start to end.
        case file
        /// All files of a folder, one after another in the order of their names.
        case folder
        /// The same with 16 threads.
        case folderParallel = "folder-parallel"
        /// 4 KiB at random places of one file.
        case random
        /// The first 4 KiB of each file of a folder.
        case heads
    }

    static let configuration = CommandConfiguration(shouldDisplay: false)

    @Argument var operation: Operation
    @Argument var path: String
    /// Of random reads.
    @Option var count = 0
    @Option var seed: UInt64 = 1

    func run() throws {
        let total =
            switch operation {
            case .file: try FileReader(path).readAll()
            case .folder: try FolderReading(path).oneAfterAnother { try FileReader($0).readAll() }
            case .folderParallel: try FolderReading(path).parallel(threads: 16) { try FileReader($0).readAll() }
            case .random: try FileReader(path).readRandomly(count: count, seed: seed)
            case .heads: try FolderReading(path).oneAfterAnother { try FileReader($0).readHead() }
            }
        print(total.files, total.bytes)
    }
}

/// What was read and found right.
struct ReadTotal: Equatable, Sendable {
    var files = 0
    var bytes = 0

    static func += (total: inout ReadTotal, other: ReadTotal) {
        total.files += other.files
        total.bytes += other.bytes
    }
}

struct ReadFailure: Error, CustomStringConvertible {
    let description: String
}
