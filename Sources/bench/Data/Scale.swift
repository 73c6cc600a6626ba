/// How much each workload does.
struct Scale: Sendable {
    var bigFile = 1 << 30
    var randomReads = 4000
    /// Found by find(1) with the size of every file.
    var walk = TreeShape(folders: 100, files: 10_000, isSparse: true)
    /// Shown by ls(1): one folder.
    var listing = TreeShape(folders: 1, files: 100_000, isSparse: true)
    /// Read through the mount, one folder.
    var smallFiles = TreeShape(folders: 1, files: 2000)
    /// Opened through the mount; only the start is read.
    var heads = TreeShape(folders: 1, files: 300, fileSize: 1 << 20)
    /// Copied to, unpacked in and removed from the mount.
    var copied = TreeShape(folders: 10, files: 1000)
    /// Pushed and pulled.
    var transferred = TreeShape(folders: 100, files: 10_000)
    /// In sync on both sides.
    var unchanged = TreeShape(folders: 100, files: 10_000, isSparse: true)
    var unchangedMany = TreeShape(folders: 1000, files: 100_000, isSparse: true)
    /// In sync, of which every hundredth file will change.
    var changing = TreeShape(folders: 100, files: 10_000)

    /// - Parameter isQuick: just enough to see that everything works; the times mean nothing.
    static func of(_ line: Line, isQuick: Bool) -> Scale { isQuick ? quick : line.isSlow ? slow : Scale() }

    private static var slow: Scale {
        var scale = Scale()
        scale.bigFile = 64 << 20
        scale.randomReads = 100
        scale.smallFiles.files = 100
        scale.heads.files = 50
        scale.copied = TreeShape(folders: 5, files: 100)
        scale.transferred = TreeShape(folders: 5, files: 500)
        return scale
    }

    private static var quick: Scale {
        Scale(
            bigFile: 8 << 20, randomReads: 40, walk: TreeShape(folders: 10, files: 300, isSparse: true),
            listing: TreeShape(folders: 1, files: 1000, isSparse: true), smallFiles: TreeShape(folders: 1, files: 32),
            heads: TreeShape(folders: 1, files: 16, fileSize: 1 << 18), copied: TreeShape(folders: 2, files: 20),
            transferred: TreeShape(folders: 4, files: 100),
            unchanged: TreeShape(folders: 10, files: 300, isSparse: true),
            unchangedMany: TreeShape(folders: 20, files: 1000, isSparse: true),
            changing: TreeShape(folders: 10, files: 400))
    }
}
