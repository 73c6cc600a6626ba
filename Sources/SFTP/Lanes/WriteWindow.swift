import FileModel

/// How much of a file is on its way to the server and by which lane, and the first thing that went wrong with it.
///
/// A lane is an open handle of the file on a channel of its own. With one lane, writes reach the server in their order.
/// Further lanes take only what continues the file, so that nothing overtakes what it overlaps, and run at most
/// `span` ahead of the first byte that is not acknowledged: a file cut short is whole up to there.
struct WriteWindow {
    /// Bytes from the start of a file that go by the first lane, and so in order.
    static let orderedStart: UInt64 = 2 << 20
    /// How far lanes run ahead of each other, in bytes.
    static let span: UInt64 = 32 << 20

    /// A write, or a request about the file, that is on its way.
    struct Flight: Hashable {
        let number: Int
        let lane: Int
        let range: Range<UInt64>
    }

    private let maximumBytes: Int
    private let maximumRequests: Int
    /// Bytes of one lane.
    var maximumLaneBytes = Int.max
    private var lanes = [Load()]
    private var flights: [Int: Flight] = [:]
    private var lastNumber = 0
    /// The end of what was written furthest.
    private(set) var frontier: UInt64
    private(set) var failure: StorageError?
    /// No further request may be made.
    private(set) var isClosed = false

    private struct Load {
        var bytes = 0
        var requests = 0
        /// It takes only what has to follow a write of its own.
        var isRetired = false
    }

    /// - Parameter frontier: where the file is about to be continued.
    init(bytes: Int, requests: Int, frontier: UInt64 = 0) {
        maximumBytes = bytes
        maximumRequests = requests
        self.frontier = frontier
    }

    var isEmpty: Bool { flights.isEmpty }
    var laneCount: Int { lanes.count }

    /// Whether nothing below `position` is still on its way.
    func isAcknowledged(upTo position: UInt64) -> Bool {
        !flights.values.contains { $0.range.lowerBound < position && !$0.range.isEmpty }
    }

    /// - Returns: its number.
    mutating func addLane() -> Int {
        lanes.append(Load())
        return lanes.count - 1
    }

    /// A lane that is not to be used any more; the first one is always.
    mutating func retire(_ lane: Int) {
        if lane > 0 { lanes[lane].isRetired = true }
    }

    func isRetired(_ lane: Int) -> Bool { lanes[lane].isRetired }
    func isIdle(_ lane: Int) -> Bool { lanes[lane].requests == 0 }

    /// Counts a write in if there is room and a lane that may take it. A window that is empty takes one of any size.
    mutating func reserve(_ range: Range<UInt64>) -> Flight? {
        guard isEmpty || hasRoom(for: range.count), let lane = lane(for: range) else { return nil }
        frontier = max(frontier, range.upperBound)
        return add(range, to: lane)
    }

    private func hasRoom(for count: Int) -> Bool {
        flights.count < maximumRequests && lanes.reduce(0) { $0 + $1.bytes } + count <= maximumBytes
    }

    private func lane(for range: Range<UInt64>) -> Int? {
        guard lanes.count > 1 else { return hasRoom(on: 0, for: range.count) ? 0 : nil }
        let overlapped = Set(flights.values.lazy.filter { $0.range.overlaps(range) }.map(\.lane))
        if let lane = overlapped.first {
            return overlapped.count == 1 && hasRoom(on: lane, for: range.count) ? lane : nil
        }
        guard range.lowerBound == frontier, range.lowerBound >= Self.orderedStart else {
            return hasRoom(on: 0, for: range.count) ? 0 : nil
        }
        let first = flights.values.lazy.filter { !$0.range.isEmpty }.map(\.range.lowerBound).min() ?? range.lowerBound
        guard range.upperBound <= first + Self.span else { return nil }
        return lanes.indices.filter { !lanes[$0].isRetired && hasRoom(on: $0, for: range.count) }.min {
            lanes[$0].bytes < lanes[$1].bytes
        }
    }

    private func hasRoom(on lane: Int, for count: Int) -> Bool {
        lanes[lane].requests == 0 || lanes[lane].bytes + count <= maximumLaneBytes
    }

    /// The file is empty again.
    mutating func restart() { frontier = 0 }

    /// Counts a request about the file in, whether there is room or not.
    mutating func add(to lane: Int) -> Flight { add(0..<0, to: lane) }

    private mutating func add(_ range: Range<UInt64>, to lane: Int) -> Flight {
        lastNumber += 1
        let flight = Flight(number: lastNumber, lane: lane, range: range)
        flights[flight.number] = flight
        lanes[lane].requests += 1
        lanes[lane].bytes += range.count
        return flight
    }

    mutating func answered(_ flight: Flight, _ error: StorageError?) {
        guard flights.removeValue(forKey: flight.number) != nil else { return }
        lanes[flight.lane].requests -= 1
        lanes[flight.lane].bytes -= flight.range.count
        if failure == nil { failure = error }
    }

    /// - Returns: false when it was closed before.
    mutating func close() -> Bool {
        defer { isClosed = true }
        return !isClosed
    }
}
