import FileModel
import Testing

@testable import SyncEngine

struct GlobPatternTests {
    struct Line: Sendable {
        let pattern: String
        let path: String
        var isDirectory = false
        let matches: Bool

        init(_ pattern: String, _ path: String, _ matches: Bool, directory: Bool = false) {
            self.pattern = pattern
            self.path = path
            self.matches = matches
            isDirectory = directory
        }
    }

    @Test(arguments: [
        Line("*.tmp", "a.tmp", true), Line("*.tmp", "x/y/a.tmp", true), Line("*.tmp", "a.tmpx", false),
        Line("/a", "a", true), Line("/a", "b/a", false), Line("a/b", "a/b", true), Line("a/b", "x/a/b", false),
        Line("build/", "build", true, directory: true), Line("build/", "build", false),
        Line("build/", "x/build", true, directory: true),
        Line("**/foo", "foo", true), Line("**/foo", "a/b/foo", true), Line("**/foo", "xfoo", false),
        Line("a/**/b", "a/b", true), Line("a/**/b", "a/x/y/b", true), Line("a/**/b", "ab", false),
        Line("a/**", "a/x", true), Line("a/**", "a/x/y", true), Line("a/**", "a", false, directory: true),
        Line("a?c", "abc", true), Line("a?c", "a/c", false), Line("a*c", "a/c", false), Line("a*c", "abbc", true),
        Line("[a-c]x", "bx", true), Line("[!a-c]x", "bx", false), Line("[!a-c]x", "dx", true),
        Line("[[:digit:]]*", "1abc", true), Line("[[:digit:]]*", "abc", false), Line("[]x]", "]", true),
        Line("[abc", "[abc", true), Line("\\*", "*", true), Line("\\*", "a", false), Line("\\!a", "!a", true),
        Line("*", "anything", true), Line("a**b", "axxb", true),
        Line("caf\u{E9}", "caf\u{E9}", true), Line("caf\u{E9}", "cafe\u{301}", false),
    ])
    func matching(_ line: Line) throws {
        let pattern = try #require(GlobPattern(line.pattern))
        #expect(pattern.matches(try RemotePath(line.path), isDirectory: line.isDirectory) == line.matches)
    }

    @Test func aHostilePatternTakesNoTime() throws {
        let pattern = try #require(GlobPattern(String(repeating: "*a", count: 40) + "b"))
        #expect(!pattern.matches(try RemotePath(String(repeating: "a", count: 250)), isDirectory: false))
    }

    @Test func rulesWithoutASignAreRefused() {
        #expect(throws: StorageError.self) { try FilterRule("*.tmp") }
        #expect(throws: StorageError.self) { try FilterRule("- ") }
    }
}

struct OwnNamesTests {
    private func names(_ template: String = ".{name}.{id}.part") throws -> OwnNames {
        try OwnNames(mark: "0123abcd", template: template)
    }

    @Test func temporaryNamesAreRecognised() throws {
        let names = try names()
        let temporary = names.temporary(for: try FileName("report.csv"), operation: 37, maximumLength: 255)
        #expect(temporary.string == ".report.csv.0123abcd-11.part")
        #expect(names.isOurs(temporary))
        #expect(names.hides(temporary, in: .root))
        #expect(names.hides(try FileName(".x.someone-else.part"), in: .root))
        #expect(!names.isOurs(try FileName(".x.someone-else.part")))
        #expect(!names.hides(try FileName("x.part"), in: .root))
    }

    @Test func aLongNameIsShortened() throws {
        let name = try FileName(String(repeating: "n", count: 255))
        let temporary = try names().temporary(for: name, operation: 5, maximumLength: 255)
        #expect(temporary.bytes.count == 255)
        #expect(try names().isOurs(temporary))
    }

    @Test func otherTemplatesHideOnlyOurOwn() throws {
        let names = try names("{name}.{id}.uploading")
        let temporary = names.temporary(for: try FileName("a"), operation: 1, maximumLength: 255)
        #expect(temporary.string == "a.0123abcd-1.uploading")
        #expect(names.hides(temporary, in: .root))
        #expect(!names.hides(try FileName("a.b.uploading"), in: .root))
        #expect(throws: StorageError.self) { try OwnNames(mark: "0123abcd", template: "{name}.tmp") }
    }

    @Test func theTrashIsHiddenAtTheRootOnly() throws {
        #expect(try names().hides(OwnNames.trash, in: .root))
        #expect(try !names().hides(OwnNames.trash, in: RemotePath("sub")))
    }
}
