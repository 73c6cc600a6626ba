/// The runs of a volume by folder: finds out where things are visited in order.
///
/// A pure value. Finding an order looks at all names of a folder, so a folder that was visited without order is left
/// alone for ever more visits.
struct SiblingRuns {
    private struct Folder {
        let number: InodeNumber
        var last: InodeNumber
        var run: SiblingRun?
        /// Searches that found no order.
        var failures = 0
        /// Visits before the next search.
        var pause = 0
    }

    /// The folder visited last is the last.
    private var folders: [Folder] = []
    private let initial: Int
    private let maximum: Int

    /// Folders remembered at most.
    static let limit = 32

    init(initial: Int, maximum: Int) {
        self.initial = initial
        self.maximum = maximum
    }

    /// What a visit says of the folder it was made in.
    enum Visit: Equatable {
        /// It belongs to a run: ask `next`.
        case runs
        /// A run ended with it: what was fetched ahead in this folder is of no use.
        case breaks
        case alone
    }

    /// Notes a visit.
    ///
    /// - Parameters:
    ///   - wasReady: see `SiblingRun.visited`.
    ///   - order: the folder's things in the order in which the second was visited near the first; nil when there is
    ///     none. `first` is nil when this is the folder's first visit.
    mutating func visit(
        _ number: InodeNumber, in parent: InodeNumber, wasReady: Bool,
        order: (_ first: InodeNumber?, _ second: InodeNumber) -> [InodeNumber]?
    ) -> Visit {
        let index = folders.firstIndex { $0.number == parent }
        var folder = index.map { folders.remove(at: $0) } ?? Folder(number: parent, last: number)
        defer {
            folder.last = number
            folders.append(folder)
            if folders.count > Self.limit { folders.removeFirst() }
        }
        if folder.run?.visited(number, wasReady: wasReady) == true { return .runs }
        let wasRunning = folder.run != nil
        folder.run = nil
        search(&folder, from: index == nil ? nil : folder.last, to: number, order)
        if wasRunning { return .breaks }
        return folder.run == nil ? .alone : .runs
    }

    private func search(
        _ folder: inout Folder, from first: InodeNumber?, to second: InodeNumber,
        _ order: (_ first: InodeNumber?, _ second: InodeNumber) -> [InodeNumber]?
    ) {
        guard first != second else { return }
        guard folder.pause == 0 else {
            folder.pause -= 1
            return
        }
        if let found = order(first, second) {
            folder.run = SiblingRun(found, visited: second, initial: initial, maximum: maximum)
            folder.failures = 0
        } else if first != nil {
            folder.failures += 1
            folder.pause = min(folder.failures * folder.failures, 1000)
        }
    }

    /// The next to fetch in a folder; nil while there is enough.
    mutating func next(in parent: InodeNumber) -> InodeNumber? {
        guard let index = folders.firstIndex(where: { $0.number == parent }) else { return nil }
        return folders[index].run?.next()
    }

    /// See `SiblingRun.following`; nil where `number` was not visited last.
    func following(_ number: InodeNumber) -> InodeNumber? {
        folders.last { $0.last == number }?.run?.following
    }

    /// What comes after `number` is fetched again.
    mutating func renewed(after number: InodeNumber) {
        guard let index = folders.lastIndex(where: { $0.last == number }) else { return }
        folders[index].run?.renewed()
    }

    /// Takes back the last offer.
    mutating func putBack(in parent: InodeNumber) {
        guard let index = folders.firstIndex(where: { $0.number == parent }) else { return }
        folders[index].run?.putBack()
    }

    /// What was fetched ahead in a folder turned out to be of no use.
    mutating func end(in parent: InodeNumber) {
        guard let index = folders.firstIndex(where: { $0.number == parent }) else { return }
        folders[index].run = nil
    }
}
