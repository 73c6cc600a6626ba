import FileModel

extension InodeTable {
    /// What is to be known for reading a file ahead; nil for what is not a file, is open, or tells no exact size.
    func readAheadRequest(
        _ number: InodeNumber, in parent: InodeNumber, _ limits: FileReadAhead.Limits, isOpen: Bool = false
    ) -> FileReadAhead.Request? {
        guard let inode = inodes[number], isOpen || inode.file == nil, inode.attributes.type == .regular,
            inode.attributes.hasExactSize, let path = try? path(of: number)
        else { return nil }
        let size = inode.attributes.size
        return .init(
            number: number, parent: parent, path: path, attributes: inode.attributes, revision: inode.revision,
            moves: moves,
            size: size <= limits.file ? Int(size) : limits.beginning)
    }

    /// Whether a file is still as it was when it was read.
    func isCurrent(_ request: FileReadAhead.Request, now: ContinuousClock.Instant) -> Bool {
        guard let inode = inodes[request.number] else { return false }
        return inode.revision == request.revision && moves == request.moves && inode.expires > now
            && PageStamp(inode.attributes) == PageStamp(request.attributes)
    }
}
