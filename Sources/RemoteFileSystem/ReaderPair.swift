/// The reader of a file and a further one over a connection of its own (`RemoteReader.another`), which may come and go.
public struct ReaderPair<Reader: Sendable>: Sendable {
    /// Bytes; from here on what is left of a file is worth a second connection.
    public static var smallestShared: Int64 { 64 << 20 }

    public let first: Reader
    public var further: Reader?
    private var underWay = (first: 0, further: 0)

    public init(_ first: Reader) { self.first = first }

    public var count: Int64 { further == nil ? 1 : 2 }

    /// Who takes the next block: the one with less under way.
    public mutating func next() -> (reader: Reader, isFurther: Bool) {
        if let further, underWay.further < underWay.first {
            underWay.further += 1
            return (further, true)
        }
        underWay.first += 1
        return (first, false)
    }

    public mutating func answered(_ isFurther: Bool) {
        if isFurther { underWay.further -= 1 } else { underWay.first -= 1 }
    }

    /// Takes the further reader out; whoever gets it closes it.
    public mutating func takeFurther() -> Reader? {
        defer { further = nil }
        return further
    }
}

extension RemoteFileSystem {
    /// Bytes to ask for ahead of who reads a big file: for each connection what a line of 320 MiB/s holds, with a round trip
    /// of 50 ms where that is not known, and 16 MiB in all at most. What is asked for beyond that an OpenSSH server keeps
    /// in buffers that it copies about: 1 GiB from a server nearby took 6.0 s with 16 MiB ahead, and 3.2 s with 2.
    public func bytesAhead(connections: Int64) -> Int64 {
        let held = (roundTrip ?? .milliseconds(50)) / .seconds(1) * Double(320 << 20)
        return min(16 << 20, max(2 << 20, Int64(held)) * connections)
    }
}
