import FileModel

extension InodeTable {
    /// The names of a folder that stand for one type, in the order in which two of them are nearer to each other: that
    /// of the listing, or that of the names.
    ///
    /// Inodes are numbered as listings tell them, so theirs is the listing's order.
    /// - Parameter first: nil: `second` must be the beginning.
    /// - Returns: nil when the two are near each other in neither.
    func order(
        of type: FileType, in parent: InodeNumber, from first: InodeNumber?, to second: InodeNumber
    ) -> [InodeNumber]? {
        guard let directory = inodes[parent]?.directory else { return nil }
        let names = directory.children.filter { inodes[$0.value]?.attributes.type == type }
        guard let end = name(of: second, in: parent), names[end] == second else { return nil }
        guard let first else {
            if names.values.allSatisfy({ $0.value >= second.value }) { return Self.listed(names) }
            return names.keys.contains { $0 < end } ? nil : Self.named(names)
        }
        guard let start = name(of: first, in: parent), start != end else { return nil }
        let (low, high) = (min(first.value, second.value), max(first.value, second.value))
        let listed = Self.few(names.values.lazy.filter { $0.value > low && $0.value < high })
        let (lowName, highName) = (min(start, end), max(start, end))
        let named = Self.few(names.keys.lazy.filter { $0 > lowName && $0 < highName })
        guard let nearer = [listed, named].compactMap({ $0 }).min() else { return nil }
        return listed == nearer ? Self.listed(names) : Self.named(names)
    }

    private func name(of number: InodeNumber, in parent: InodeNumber) -> FileName? {
        inodes[number]?.links.first { $0.parent == parent }?.name
    }

    /// How many there are; nil when they are too many to be called near.
    private static func few(_ between: some Sequence) -> Int? {
        var count = 0
        for _ in between {
            count += 1
            if count >= SiblingRun.tolerance / 2 { return nil }
        }
        return count
    }

    private static func listed(_ names: [FileName: InodeNumber]) -> [InodeNumber] {
        names.values.sorted { $0.value < $1.value }
    }

    private static func named(_ names: [FileName: InodeNumber]) -> [InodeNumber] {
        names.sorted { $0.key < $1.key }.map(\.value)
    }
}
