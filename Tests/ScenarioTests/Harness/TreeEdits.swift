import Glibc
import TestServers

/// The steps that a mount and a local disk both go through.
enum TreeEdits {
    /// Renames, overwrites, truncates, appends, deletes and creates, in a `SampleTree`.
    static func apply(to tree: DiskPath) throws {
        let odd = tree / "odd names"
        try rename(in: tree, odd)

        let big = tree / "big.bin"
        let size = Int(try big.status().st_size)
        try big.overwrite(SampleTree.content(300_000, seed: 3), at: size / 2)
        try (odd / "plain").overwrite(Array("!!".utf8), at: 2)
        try big.append(SampleTree.content(100_001, seed: 4))
        try (odd / "-rf").append(Array(" appended".utf8))
        try (odd / "{a,b}").truncate(to: 2)
        try (odd / "100%").truncate(to: 5_000)
        try (odd / "a:b").truncate(to: 0)
        try big.truncate(to: size / 4 * 3)

        try delete(in: tree, odd)
        try (tree / "new -folder*").makeDirectory()
        try (tree / "new -folder*" / "new file ").write(SampleTree.content(70_000, seed: 5))
    }

    private static func rename(in tree: DiskPath, _ odd: DiskPath) throws {
        try (odd / "*").move(to: odd / "star")
        try (odd / "?").move(to: odd / "[abc]")
        try (odd / " leading space").move(to: tree / "empty folder" / "trailing ")
        try (tree / "deep 0" / "deep 1").move(to: tree / "-moved folder")
    }

    private static func delete(in tree: DiskPath, _ odd: DiskPath) throws {
        try (odd / "--help").removeFile()
        try (odd / String(repeating: "n", count: 255)).removeFile()
        try (tree / "-empty").removeDirectory()
        for name in try (tree / SampleTree.folderName(3)).names() {
            try (tree / SampleTree.folderName(3) / name).removeFile()
        }
        try (tree / SampleTree.folderName(3)).removeDirectory()
    }

    /// Steps that fail on every file system, with the `errno` that each one met.
    static func refusedSteps(in folder: DiskPath) throws -> [String] {
        try (folder / "folder").makeDirectory()
        try (folder / "folder" / "inside").write([1])
        try (folder / "file").write([1])
        let steps: [(String, () throws -> Void)] = [
            ("read missing", { _ = try (folder / "missing").read() }),
            ("list missing", { _ = try (folder / "missing").names() }),
            ("list a file", { _ = try (folder / "file").names() }),
            ("make twice", { try (folder / "folder").makeDirectory() }),
            ("make below missing", { try (folder / "missing" / "folder").makeDirectory() }),
            ("remove what holds something", { try (folder / "folder").removeDirectory() }),
            ("remove a file as a folder", { try (folder / "file").removeDirectory() }),
            ("remove a folder as a file", { try (folder / "folder").removeFile() }),
            ("remove missing", { try (folder / "missing").removeFile() }),
            ("below a file", { _ = try (folder / "file" / "below").status() }),
            ("write a folder", { try (folder / "folder").write([1]) }),
            ("a name of 256 bytes", { try (folder / String(repeating: "n", count: 256)).write([1]) }),
            ("create exclusively", { try (folder / "file").open(O_WRONLY | O_CREAT | O_EXCL) { _ in } }),
        ]
        return steps.map { name, step in "\(name): \(outcome(of: step))" }
    }

    private static func outcome(of step: () throws -> Void) -> String {
        do {
            try step()
            return "done"
        } catch let error as SystemError {
            return String(cString: strerror(error.code))
        } catch {
            return "\(error)"
        }
    }
}
