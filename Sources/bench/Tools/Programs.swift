import Glibc

/// Where the programs are.
struct Programs: Sendable {
    /// This program, which is also the reader of files in some workloads.
    let bench: String
    let syncctl: String

    /// - Parameter syncctl: nil takes the one that was built beside this program.
    init(syncctl: String?) {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = max(0, readlink("/proc/self/exe", &buffer, buffer.count))
        bench = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let folder = bench.split(separator: "/").dropLast().map { "/\($0)" }.joined()
        self.syncctl = syncctl ?? "\(folder)/syncctl"
    }
}
