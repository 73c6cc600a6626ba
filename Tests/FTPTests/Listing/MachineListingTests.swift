import FileModel
import Testing

@testable import FTP

@Suite struct MachineListingTests {
    private func entry(_ line: String) throws -> DirectoryEntry? {
        guard case .entry(let entry) = try MachineListing.parse(Array(line.utf8)[...]) else { return nil }
        return entry
    }

    @Test func factsOfProFTPD() throws {
        let line =
            "modify=20200101010203;perm=adfrw;size=3;type=file;unique=FE00U51636C;UNIX.group=65534;UNIX.mode=0644;UNIX.owner=1000; f"
        let entry = try #require(try entry(line))
        #expect(entry.name.string == "f")
        let attributes = entry.attributes
        #expect(attributes.type == .regular && attributes.size == 3 && attributes.permissions == 0o644)
        #expect(attributes.owner == 1000 && attributes.group == 65534 && attributes.uniqueID == "FE00U51636C")
        #expect(attributes.modified?.time == Timestamp(seconds: 1_577_840_523))
        #expect(attributes.modified?.source == .mlsd && attributes.modified?.resolution == .second)
    }

    @Test func typesOfTheServers() throws {
        #expect(try entry("type=dir;sizd=4096; d")?.attributes == FileAttributes(type: .directory))
        #expect(try entry("type=OS.unix=slink:;size=4;unique=x; l")?.attributes.type == .symbolicLink)
        #expect(try entry("type=OS.unix=symlink;size=1;unique=x; l")?.attributes.uniqueID == nil)
        #expect(try entry("type=unknown;size=0; fifo")?.attributes.type == .special)
        #expect(try entry("Type=FILE;Size=5; X")?.attributes.size == 5)
        for line in ["type=cdir; .", "type=pdir; ..", "type=cdir;modify=20200101000000; /abs/dir", "type=dir; ."] {
            #expect(try entry(line) == nil, "\(line)")
        }
    }

    @Test(arguments: [
        ("type=file; a; b", "a; b"), ("type=file;  lead", " lead"), ("type=file; trail ", "trail "),
        (" noface", "noface"),
        ("type=file;unix.owner=John Doe; x y", "x y"), ("type=file;size=1 name", "name"), ("type=file; =;", "=;"),
    ])
    func namesAreKept(line: String, name: String) throws {
        #expect(try entry(line)?.name.string == name)
    }

    @Test(arguments: ["", "name", "type=file;", "type=file; a/b", "type=file; ", "type=file; a\0b", "no facts here"])
    func whatIsNoEntryIsAnError(line: String) {
        #expect(throws: StorageError.self) { try entry(line) }
    }

    @Test func theFactsOfAReply() throws {
        let reply = Reply(
            code: 250, lines: ["Begin", " type=pdir;sizd=4096;UNIX.mode=0777; /", "End."].map { Array($0.utf8) })
        let facts = try MachineListing.parse(reply)
        #expect(facts.attributes.type == .directory && facts.attributes.permissions == 0o777)
        #expect(throws: StorageError.self) { try MachineListing.parse(Reply(250, "fine")) }
    }
}
