import FileModel

/// Own renames of a folder that are under way.
struct FolderMove {
    var count = 0
    let end = Promise<Void>()
}

/// A path that a listing was asked for may stand for another folder once this one or one above has another name, and a
/// server that looks each name up under that path leaves out what it does not find (docs/servers.md).
extension InodeTable {
    /// How far a path can be trusted that was made at some event.
    enum Place {
        case same
        /// Until it fires, nobody can tell.
        case moving(Promise<Void>)
        case moved(RemotePath)
    }

    /// A rename of what stands at `links` is about to be asked for.
    ///
    /// - Returns: the folders among them, for `endMove`.
    mutating func beginMove(of links: [Link]) -> [InodeNumber] {
        let folders = links.compactMap { link in try? child(link.name, of: link.parent) }
            .filter { $0.directory != nil }.map(\.number)
        for folder in folders { moving[folder, default: FolderMove()].count += 1 }
        return folders
    }

    /// The rename is over, whatever became of it.
    mutating func endMove(of folders: [InodeNumber]) {
        let event = nextEvent()
        for folder in folders {
            inodes[folder]?.directory?.lastMove = event
            moving[folder]?.count -= 1
            guard let move = moving[folder], move.count == 0 else { continue }
            moving[folder] = nil
            move.end.fulfil(.success(()))
        }
    }

    /// Where a folder is, for who knows its path from an earlier event.
    func place(of number: InodeNumber, since event: UInt64) throws(StorageError) -> Place {
        var hasMoved = false
        var current = try inode(number)
        while true {
            if let move = moving[current.number] { return .moving(move.end) }
            if let directory = current.directory, directory.lastMove > event { hasMoved = true }
            guard let link = current.link else { break }
            current = try inode(link.parent)
        }
        return hasMoved ? .moved(try path(of: number)) : .same
    }
}
