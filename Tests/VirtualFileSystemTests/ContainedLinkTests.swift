import Testing
import SeededRandom

@testable import VirtualFileSystem

struct ContainedLinkTests {
    private func shown(_ target: String, in directory: String = "", root: String? = "srv/data") -> String {
        let parts = { (text: String) in text.split(separator: "/").map { Array($0.utf8) } }
        let result = ContainedLink.target(
            Array(target.utf8), directory: parts(directory), root: root.map { parts($0) })
        return String(decoding: result, as: UTF8.self)
    }

    @Test(arguments: [
        // target, folder of the link, what is shown
        ("file", "", "file"),
        ("../b/file", "a", "../b/file"),
        ("../../b", "a", "../b"),
        ("../../../etc/passwd", "a/b", "../../etc/passwd"),
        ("a/../../x", "", "x"),
        ("..", "", "."),
        ("/srv/data/a/f", "", "a/f"),
        ("/srv/data/a/f", "a", "f"),
        ("/srv/data/a/f", "b/c", "../../a/f"),
        ("/srv/data", "a", ".."),
        ("/etc/passwd", "", "etc/passwd"),
        ("/etc/passwd", "a/b", "../../etc/passwd"),
        ("/srv/data/../../etc", "", "etc"),
        ("/", "a", ".."),
        ("/", "", "."),
    ])
    func aTargetStaysInTheMount(_ target: String, _ directory: String, _ expected: String) {
        #expect(shown(target, in: directory) == expected)
    }

    @Test func whereTheRootIsUnknownTheMountIsTheRoot() {
        #expect(shown("/srv/data/f", root: nil) == "srv/data/f")
    }

    /// Whatever the target: followed step by step from its folder it never goes above the mount.
    @Test func aRandomTargetNeverLeavesTheMount() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<5000 {
            let parts = (0..<Int.random(in: 0..<8, using: &random)).map { _ in
                ["..", ".", "a", "srv", "data", ""].randomElement(using: &random) ?? "a"
            }
            let depth = Int.random(in: 0..<4, using: &random)
            let folder = Array(repeating: "d", count: depth).joined(separator: "/")
            let target = (Bool.random(using: &random) ? "/" : "") + parts.joined(separator: "/")
            var level = depth
            for step in shown(target, in: folder).split(separator: "/") {
                level += step == ".." ? -1 : step == "." ? 0 : 1
                #expect(level >= 0, "\(target) in \(folder), seed \(seed)")
            }
        }
    }
}
