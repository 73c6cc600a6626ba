/// Who reads the kernel's requests: a pure value that looks at how they come.
///
/// A program that waits for the server in one call after another waits for each change of threads as well, so its requests
/// are read where the server's answers come in. Large contents, requests side by side, and answers that are at hand while
/// the loop is fetching others keep more than one processor busy: they are read by threads.
struct RequestFlow {
    enum Reader: Hashable, Sendable {
        case threads, loop
    }

    /// What becomes of a request.
    struct Request {
        /// Its content is worth a processor of its own.
        var isLarge = false
        /// The server is needed for it.
        var waits: Bool
        /// Requests that are being worked on now.
        var underWay: Int
    }

    /// So many of the last 32 requests waited alone: from the first on the loop reads, below the second it reads no more.
    /// A program that writes files waits twice in four calls, one that reads files which were read ahead once in three.
    static let lonely = (enough: 16, few: 12)
    /// The end of one file and the next call of the program overlap.
    static let fewUnderWay = 2

    /// One bit for each of the last requests, the last one lowest.
    private var waits: UInt32 = 0
    private var reader = Reader.threads

    /// - Returns: who reads from now on, if that is somebody else.
    mutating func came(_ request: Request) -> Reader? {
        let isLonely = request.waits && request.underWay <= Self.fewUnderWay
        waits = request.isLarge ? 0 : waits << 1 | (isLonely ? 1 : 0)
        let count = waits.nonzeroBitCount
        let next: Reader = count >= (reader == .loop ? Self.lonely.few : Self.lonely.enough) ? .loop : .threads
        guard next != reader else { return nil }
        reader = next
        return next
    }
}
