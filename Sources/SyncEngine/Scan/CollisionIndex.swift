import FileModel
import SyncCore

/// Finds names that a folding side would take for one that it already has in the same directory.
struct CollisionIndex {
    private let folding: NameFolding
    private var taken: [FoldedName: FileName] = [:]

    init(_ folding: NameFolding, _ listing: Listing?) {
        self.folding = folding
        guard folding != .none else { return }
        for item in listing?.items ?? [] { taken[folding.key(item.name)] = item.name }
    }

    /// The other name with which `name` collides. Without one the name counts as taken from now on.
    mutating func collision(of name: FileName) -> FileName? {
        guard folding != .none else { return nil }
        let key = folding.key(name)
        if let other = taken[key], other != name { return other }
        taken[key] = name
        return nil
    }
}
