import FileModel
import Testing

@Suite struct RemotePathTests {
    @Test(arguments: [
        ("", ""), ("/", ""), ("a", "a"), ("/a/b/", "a/b"), ("a//b", "a/b"), ("./a/./b", "a/b"), (" a /b ", " a /b "),
    ])
    func normalises(_ text: String, _ expected: String) throws {
        #expect(try RemotePath(text).bytes == Array(expected.utf8))
    }

    @Test(arguments: ["..", "a/../b", "a/..", "a\0b"])
    func refusesWhatCouldLeaveTheRoot(_ text: String) {
        #expect(throws: StorageError.self) { try RemotePath(text) }
    }

    @Test func namesAreBytes() throws {
        let composed = try FileName("\u{E9}")
        let decomposed = try FileName("e\u{301}")
        #expect(composed != decomposed)
        #expect(try FileName([0xFF, 0xFE]).bytes == [0xFF, 0xFE])
    }

    @Test(arguments: ["", ".", "..", "a/b", "a\0"])
    func refusesNoNames(_ text: String) {
        #expect(throws: StorageError.self) { try FileName(text) }
    }

    /// Found by fuzzing a listing: the whole endless name stood in the message.
    @Test func anEndlessNameIsNotQuotedWhole() {
        let error = #expect(throws: StorageError.self) { try FileName(Array(repeating: 0, count: 100_000)) }
        #expect((error?.message.utf8.count ?? .max) < 2_000)
    }

    @Test func knowsItsFamily() throws {
        let path = try RemotePath("a/b/c")
        #expect(path.name == (try FileName("c")))
        #expect(path.parent == (try RemotePath("a/b")))
        #expect(path.depth == 3)
        #expect(path.ancestors == [try RemotePath("a/b"), try RemotePath("a"), .root])
        #expect(RemotePath.root.parent == nil)
        #expect(RemotePath.root.depth == 0)
    }

    @Test func relativeAndBelow() throws {
        let path = try RemotePath("a/b/c")
        #expect(path.relative(to: try RemotePath("a")) == (try RemotePath("b/c")))
        #expect(path.relative(to: .root) == path)
        #expect(path.relative(to: path) == .root)
        #expect(path.relative(to: try RemotePath("a/bc")) == nil)
        #expect(!(try RemotePath("ab").isBelow(try RemotePath("a"))))
        #expect(!path.isBelow(path))
        #expect(try RemotePath("a").appending(RemotePath("b/c")) == path)
    }

    @Test func sortsAsADepthFirstWalk() throws {
        let sorted = try ["a", "a/b", "a/b/c", "a!", "a.x", "a0", "b"].map { try RemotePath($0) }
        #expect(sorted.shuffled().sorted() == sorted)
    }

    @Test func printsControlCharactersHarmlessly() throws {
        #expect(try RemotePath("a\u{1B}[31m").description == "/a\\x1B[31m")
    }
}
