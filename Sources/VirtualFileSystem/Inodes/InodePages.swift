/// Inodes by number, in pages: numbers are given out one after the other, and a hash table that has just grown takes 42 bytes
/// for each where this takes ten.
struct InodePages {
    private static let pageSize = 64

    private final class Page {
        var inodes = [Inode?](repeating: nil, count: InodePages.pageSize)
        var count = 0
    }

    private var pages: [UInt64: Page] = [:]

    private static func place(_ number: InodeNumber) -> (page: UInt64, slot: Int) {
        let (page, slot) = number.value.quotientAndRemainder(dividingBy: UInt64(pageSize))
        return (page, Int(slot))
    }

    subscript(_ number: InodeNumber) -> Inode? {
        get {
            let (page, slot) = Self.place(number)
            return pages[page]?.inodes[slot]
        }
        set {
            let (number, slot) = Self.place(number)
            if newValue == nil, pages[number] == nil { return }
            let page = pages[number] ?? Page()
            page.count += (newValue == nil ? 0 : 1) - (page.inodes[slot] == nil ? 0 : 1)
            page.inodes[slot] = newValue
            pages[number] = page.count > 0 ? page : nil
        }
    }

    var count: Int { pages.values.reduce(0) { $0 + $1.count } }
    var values: some Sequence<Inode> { pages.values.lazy.flatMap { $0.inodes.lazy.compactMap { $0 } } }
}
