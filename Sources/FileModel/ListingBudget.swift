/// What a server may list as one folder: an endless listing ends, and nobody who collects names runs out of memory.
///
/// A pure value, one per listing.
public struct ListingBudget: Sendable {
    /// Memory that a listing may take up, about: five million names of twenty bytes.
    public static let standard = 1 << 30
    /// What an entry takes up besides its name, about.
    private static let entry = 200
    /// Names that are remembered to see whether they come again, and how often they may: a folder that changes while
    /// it is read can show a name twice.
    private static let remembered = 64
    private static let repetitions = 256

    private var rest: Int
    private var first: Set<[UInt8]> = []
    private var repeated = 0

    /// - Parameter limit: in bytes.
    public init(limit: Int = standard) {
        rest = limit
    }

    /// Counts what was listed under `name`; empty for a line that is no entry.
    ///
    /// - Throws: `.protocolViolation` when the listing is too long, or goes round in a circle.
    public mutating func spend(_ name: [UInt8]) throws(StorageError) {
        rest -= Self.entry + name.count
        guard rest >= 0 else {
            throw StorageError(
                .protocolViolation, "the server lists more than fits into any folder, perhaps without end")
        }
        if first.contains(name) {
            repeated += 1
        } else if first.count < Self.remembered {
            first.insert(name)
        }
        guard repeated <= Self.repetitions else {
            throw StorageError(.protocolViolation, "the server lists \(quoted(name.prefix(200))) again and again")
        }
    }
}
