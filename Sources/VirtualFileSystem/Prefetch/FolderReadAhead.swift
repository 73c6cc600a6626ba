import FileModel
import RemoteFileSystem
import Synchronization

/// Which folders to list before somebody who walks a tree gets there.
///
/// A folder that was listed, and one of its folders right after it: that is a walk, and the other folders come next.
final class FolderReadAhead: Sendable {
    private struct State {
        var runs = SiblingRuns(initial: 4, maximum: 32)
        var underWay = 0
    }

    private let inodes: SharedInodeTable
    /// Listings at the same time.
    private let lanes: Int
    private let state = Mutex(State())

    /// Names of a listing that nobody has asked for yet; beyond that it is given up.
    static let nameLimit = 20_000

    init(_ inodes: SharedInodeTable, _ capabilities: Capabilities, isOff: Bool) {
        self.inodes = inodes
        let sessions = capabilities.maximumDownloads
        let most = min(capabilities.streamsPerConnection > 1 ? 32 : 16, sessions - max(1, sessions / 3))
        lanes = isOff ? 0 : most
    }

    /// Nothing is to be listed but what somebody waits for.
    var isOff: Bool { lanes == 0 }

    /// Notes that a folder is read from its beginning.
    ///
    /// - Parameter wasReady: its listing was there, or under way.
    /// - Returns: the folder above, if it is walked: ask `next`.
    func visited(_ number: InodeNumber, wasReady: Bool) -> InodeNumber? {
        guard lanes > 0, let parent = inodes.parent(of: number) else { return nil }
        let visit = state.withLock { state in
            state.runs.visit(number, in: parent, wasReady: wasReady) { [inodes] first, second in
                inodes.withLock { table, now in
                    guard table.isListed(parent, now: now) else { return nil }
                    return table.order(of: .directory, in: parent, from: first, to: second)
                }
            }
        }
        return visit == .alone ? nil : parent
    }

    /// The next listing to make, counted in until `finished`.
    func next(in parent: InodeNumber) -> (DirectoryListing, RemotePath)? {
        state.withLock { state in
            while state.underWay < lanes, let number = state.runs.next(in: parent) {
                guard case .new(let listing, let path)? = plan(number) else { continue }
                state.underWay += 1
                return (listing, path)
            }
            return nil
        }
    }

    private func plan(_ number: InodeNumber) -> InodeTable.ListingPlan? {
        try? inodes.locked { table, now throws(StorageError) in
            try table.planListing(number, isWanted: false, now: now)
        }
    }

    func finished() { state.withLock { $0.underWay -= 1 } }

    /// The folder that comes next in a walk that has got to `number`.
    func following(_ number: InodeNumber) -> InodeNumber? {
        lanes > 0 ? state.withLock { $0.runs.following(number) } : nil
    }

    /// Counts in a refresh, until `finished`.
    ///
    /// - Parameter following: the folder before it in a walk, if it is made for who may get there.
    /// - Returns: false while there is no room for it.
    func beginRefresh(following: InodeNumber?) -> Bool {
        state.withLock { state in
            guard state.underWay < lanes else { return false }
            state.underWay += 1
            if let following { state.runs.renewed(after: following) }
            return true
        }
    }
}

extension InodeTable {
    fileprivate func isListed(_ number: InodeNumber, now: ContinuousClock.Instant) -> Bool {
        guard let until = inodes[number]?.directory?.completeUntil else { return false }
        return until > now
    }
}
