import FileModel

/// How much of a file is on its way to the server, and the first thing that went wrong with it.
struct WriteWindow {
    private let maximumBytes: Int
    private let maximumRequests: Int
    private var bytes = 0
    private var requests = 0
    private(set) var failure: StorageError?
    /// No further request may be made.
    private(set) var isClosed = false

    init(bytes: Int, requests: Int) {
        maximumBytes = bytes
        maximumRequests = requests
    }

    var isEmpty: Bool { requests == 0 }

    /// Counts a request in if there is room. A window that is empty takes one of any size.
    mutating func reserve(_ size: Int) -> Bool {
        guard requests == 0 || (requests < maximumRequests && bytes + size <= maximumBytes) else { return false }
        add(size)
        return true
    }

    /// Counts a request in whether there is room or not.
    mutating func add(_ size: Int) {
        requests += 1
        bytes += size
    }

    mutating func answered(_ size: Int, _ error: StorageError?) {
        requests -= 1
        bytes -= size
        if failure == nil { failure = error }
    }

    /// - Returns: false when it was closed before.
    mutating func close() -> Bool {
        defer { isClosed = true }
        return !isClosed
    }
}
