import NIOPosix
import Synchronization

/// Reads all files of one folder.
struct FolderReading {
    private let files: [String]

    init(_ path: String) {
        files = Disk.names(in: path).sorted().map { "\(path)/\($0)" }
    }

    func oneAfterAnother(_ read: (String) throws -> ReadTotal) throws -> ReadTotal {
        var total = ReadTotal()
        for file in files { total += try read(file) }
        return total
    }

    /// Each thread takes the next file when it is done with one.
    func parallel(threads: Int, _ read: @escaping @Sendable (String) throws -> ReadTotal) throws -> ReadTotal {
        let pool = NIOThreadPool(numberOfThreads: threads)
        pool.start()
        let group = MultiThreadedEventLoopGroup.singleton
        let total = Mutex(ReadTotal())
        let reads = files.map { file in
            pool.runIfActive(eventLoop: group.next()) {
                let one = try read(file)
                total.withLock { $0 += one }
            }
        }
        for read in reads { try read.wait() }
        try pool.syncShutdownGracefully()
        return total.withLock { $0 }
    }
}
