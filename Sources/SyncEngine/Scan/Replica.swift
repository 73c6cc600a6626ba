import FileModel
import RemoteFileSystem
import Synchronization
import SyncCore

/// One side of a run: a file system under the contract, and what is known of it.
struct Replica: Sendable {
    let side: Side
    let files: any RemoteFileSystem
    let capabilities: Capabilities
    let limits: NameLimits
    let names: OwnNames

    /// What the side shows of one name now; nil when it is absent.
    func entry(at path: RemotePath) async throws(StorageError) -> Entry? {
        do throws(StorageError) {
            return Entry(try await files.attributes(of: path))
        } catch  where error.code == .notFound {
            return nil
        }
    }

    /// A complete listing in the order of the names, without our own temporary files and trash.
    ///
    /// - Throws: whatever kept it from being complete.
    func listing(of directory: RemotePath) async throws(StorageError) -> Listing {
        let collected = Mutex(Listing())
        try await files.list(directory) { batch throws(StorageError) in
            collected.withLock { listing in
                for entry in batch { listing.add(entry, hidden: names.hides(entry.name, in: directory)) }
            }
        }
        return collected.withLock { listing in
            listing.sort()
            return listing
        }
    }
}

extension Sides<Replica> {
    /// Whether sizes of the two sides may be held against each other.
    var comparesSizes: Bool { local.capabilities.exactSizes && remote.capabilities.exactSizes }
}

/// What a directory holds.
struct Listing: Sendable {
    struct Item: Sendable {
        let name: FileName
        let entry: Entry
    }

    private(set) var items: [Item] = []
    /// Hidden names: temporary files, ours or not, and the trash.
    private(set) var hidden: [Item] = []

    mutating func add(_ entry: DirectoryEntry, hidden isHidden: Bool) {
        let item = Item(name: entry.name, entry: Entry(entry.attributes))
        if isHidden { hidden.append(item) } else { items.append(item) }
    }

    /// A server may tell a name twice; the first stays.
    mutating func sort() {
        items.sort { $0.name < $1.name }
        guard zip(items, items.dropFirst()).contains(where: { $0.name == $1.name }) else { return }
        var unique: [Item] = []
        for item in items where unique.last?.name != item.name { unique.append(item) }
        items = unique
    }

    func entry(_ name: FileName) -> Entry? {
        var low = 0
        var high = items.count
        while low < high {
            let middle = (low + high) / 2
            if items[middle].name < name { low = middle + 1 } else { high = middle }
        }
        return low < items.count && items[low].name == name ? items[low].entry : nil
    }
}
