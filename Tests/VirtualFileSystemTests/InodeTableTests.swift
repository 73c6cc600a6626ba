import FileModel
import Testing

@testable import VirtualFileSystem

struct InodeTableTests {
    private let start = ContinuousClock.now
    private var table: InodeTable

    init() {
        table = InodeTable(
            root: FileAttributes(type: .directory),
            lifetimes: InodeTable.Lifetimes(attributes: .seconds(3), listing: .seconds(3), absence: .seconds(1)),
            now: start)
    }

    private mutating func add(_ name: String, _ type: FileType = .regular, in parent: InodeNumber = .root) throws
        -> InodeNumber
    {
        let inode = try table.adopt(FileAttributes(type: type), as: FileName(name), in: parent, now: start)
        inode.lookups = 1
        return inode.number
    }

    @Test mutating func pathsFollowRenamesOfDirectoriesAbove() throws {
        let a = try add("a", .directory)
        let b = try add("b", .directory, in: a)
        let file = try add("f", in: b)
        try table.rename(
            Link(parent: .root, name: FileName("a")), to: Link(parent: .root, name: FileName("z")), now: start)
        #expect(try table.path(of: file) == RemotePath("z/b/f"))
        try table.rename(Link(parent: b, name: FileName("f")), to: Link(parent: .root, name: FileName("g")), now: start)
        #expect(try table.path(of: file) == RemotePath("g"))
    }

    @Test mutating func forgottenInodesGoWithTheirUnusedParents() throws {
        let a = try add("a", .directory)
        let file = try add("f", in: a)
        table.forget(a, 1)
        #expect(table.inodes[a] != nil, "a directory stays while a child is held")
        table.forget(file, 1)
        #expect(table.inodes.count == 1)
    }

    /// The kernel may forget a name that a listing has told already, before the listing ends.
    @Test mutating func aNameForgottenWhileItsFolderIsListedIsNotAbsent() throws {
        let file = try add("f")
        guard case .new(let listing, _) = try table.planListing(.root, now: start) else { return }
        let entry = DirectoryEntry(name: try FileName("f"), attributes: FileAttributes(type: .regular))
        _ = try table.record([entry], of: listing, now: start)
        table.forget(file, 1)
        _ = try table.complete(listing, now: start)
        guard case .unknown = try table.answer(FileName("f"), in: .root, now: start) else {
            Issue.record("a forgotten name counts as absent")
            return
        }
    }

    /// Two listings of a folder at once: what the later one has told already does not go with the end of the earlier.
    @Test(arguments: [true, false])
    mutating func anEarlierListingTakesNothingFromALaterOne(laterTellsFirst: Bool) throws {
        guard case .new(let earlier, _) = try table.planListing(.root, now: start),
            case .new(let later, _) = try table.planNewListing(.root, isWanted: true)
        else { return }
        let entry = DirectoryEntry(name: try FileName("f"), attributes: FileAttributes(type: .regular))
        let told = try (laterTellsFirst ? [later, earlier] : [earlier, later]).map { listing throws(StorageError) in
            try table.record([entry], of: listing, now: start)
        }
        #expect(told.map(\.count) == [1, 1])
        _ = try table.complete(earlier, now: start)
        #expect(try table.child(FileName("f"), of: .root)?.number == told[0].first?.number)
        _ = try table.complete(later, now: start)
        #expect(try table.child(FileName("f"), of: .root)?.isUnlinked == false)
    }

    /// A folder above moves while a long folder is listed: the rest comes from its new place, and nothing is told twice.
    @Test mutating func aListingDuringAMoveGoesOnAtTheNewPlace() throws {
        let a = try add("a", .directory)
        let folder = try add("b", .directory, in: a)
        let entries = try ["told", "rest"].map { name in
            DirectoryEntry(name: try FileName(name), attributes: FileAttributes(type: .regular))
        }
        guard case .new(let listing, _) = try table.planListing(folder, now: start) else { return }
        listing.append(try table.record([entries[0]], of: listing, now: start))
        let source = Link(parent: .root, name: try FileName("a"))
        let moving = table.beginMove(of: [source])
        guard case .moving = try table.placeAnew(of: listing) else {
            Issue.record("the listing is believed while its folder moves")
            return
        }
        try table.rename(source, to: Link(parent: .root, name: FileName("z")), now: start)
        table.endMove(of: moving)
        guard case .moved(let path) = try table.placeAnew(of: listing) else {
            Issue.record("the listing is believed after its folder moved")
            return
        }
        #expect(path == (try RemotePath("z/b")))
        #expect(try table.record(entries, of: listing, now: start).map(\.name.string) == ["rest"])
        guard case .same = try table.placeAnew(of: listing) else {
            Issue.record("a listing from the new place is not believed")
            return
        }
        #expect(try table.complete(listing, now: start).isEmpty)
        #expect(try table.directory(folder).children.count == 2)
    }

    /// What stood beside it moves: the path is what it was.
    @Test mutating func aMoveElsewhereDoesNotDisturbAListing() throws {
        let folder = try add("a", .directory)
        _ = try add("b", .directory)
        guard case .new(let listing, _) = try table.planListing(folder, now: start) else { return }
        let source = Link(parent: .root, name: try FileName("b"))
        let moving = table.beginMove(of: [source])
        try table.rename(source, to: Link(parent: .root, name: FileName("c")), now: start)
        guard case .same = try table.placeAnew(of: listing) else {
            Issue.record("the listing is not believed")
            return
        }
        table.endMove(of: moving)
    }

    private mutating func rename(_ name: String, to newName: String) throws {
        let source = Link(parent: .root, name: try FileName(name))
        let moving = table.beginMove(of: [source])
        try table.rename(source, to: Link(parent: .root, name: FileName(newName)), now: start)
        table.endMove(of: moving)
    }

    /// Somebody renames a folder without end while it is listed.
    @Test mutating func aFolderThatMovesWithoutEndIsBusy() throws {
        let folder = try add("a", .directory)
        guard case .new(let listing, _) = try table.planListing(folder, now: start) else { return }
        var names = ["a", "b"]
        for _ in 1..<DirectoryListing.mostAttempts {
            try rename(names[0], to: names[1])
            names.swapAt(0, 1)
            guard case .moved = try table.placeAnew(of: listing) else {
                Issue.record("the listing is believed after its folder moved")
                return
            }
        }
        try rename(names[0], to: names[1])
        let error = #expect(throws: StorageError.self) { _ = try table.placeAnew(of: listing) }
        #expect(error?.code == .busy)
    }

    /// The reference model saw the hidden name of a removed file: it went while the folder was listed.
    @Test mutating func aHiddenNameThatGoesWhileItsFolderIsListedIsNotShown() throws {
        let hidden = Link(parent: .root, name: try FileName(".fuse_hidden7"))
        try table.directory(.root).hidden.insert(hidden.name)
        guard case .new(let listing, _) = try table.planListing(.root, now: start) else { return }
        table.unhide(hidden, now: start)
        let entries = try [".fuse_hidden7", "f"].map { name in
            DirectoryEntry(name: try FileName(name), attributes: FileAttributes(type: .regular))
        }
        #expect(try table.record(entries, of: listing, now: start).map(\.name.string) == ["f"])
        #expect(try table.complete(listing, now: start).isEmpty)
    }

    /// A name that was changed here and then forgotten by the kernel is on the server, and a listing shows it.
    @Test mutating func aNameChangedAndForgottenWhileItsFolderIsListedIsShown() throws {
        guard case .new(let listing, _) = try table.planListing(.root, now: start) else { return }
        let file = try table.insert(
            FileAttributes(type: .regular), as: FileName("f"), in: .root, now: start)
        try table.retain(file.number)
        table.forget(file.number, 1)
        let entries = try ["f", "g"].map { name throws(StorageError) in
            DirectoryEntry(name: try FileName(name), attributes: FileAttributes(type: .regular))
        }
        try table.unlink(FileName("g"), in: .root, now: start)
        let names = try table.record(entries, of: listing, now: start).map(\.name)
        #expect(names == [try FileName("f")], "what was removed here is not shown")
    }

    @Test mutating func anUnlinkedInodeStaysUntilItIsForgotten() throws {
        let file = try add("f")
        try table.unlink(FileName("f"), in: .root, now: start)
        #expect(table.inodes[file]?.isUnlinked == true)
        #expect(throws: StorageError.self) { try table.path(of: file) }
        table.forget(file, 1)
        #expect(table.inodes[file] == nil)
    }

    @Test mutating func aReplacedTargetLosesItsName() throws {
        let source = try add("s")
        let target = try add("t")
        try table.rename(
            Link(parent: .root, name: FileName("s")), to: Link(parent: .root, name: FileName("t")), now: start)
        #expect(try table.path(of: source) == RemotePath("t"))
        #expect(table.inodes[target]?.isUnlinked == true)
    }

    @Test mutating func exchangedNamesKeepTheirInodes() throws {
        let one = try add("1")
        let two = try add("2")
        try table.exchange(
            Link(parent: .root, name: FileName("1")), Link(parent: .root, name: FileName("2")), now: start)
        #expect(try table.path(of: one) == RemotePath("2"))
        #expect(try table.path(of: two) == RemotePath("1"))
    }

    @Test mutating func hardLinksShareAnInode() throws {
        let file = try add("f")
        try table.addLink(Link(parent: .root, name: FileName("g")), to: file, now: start)
        try table.unlink(FileName("f"), in: .root, now: start)
        #expect(try table.path(of: file) == RemotePath("g"))
    }

    @Test mutating func aNameOfAnotherTypeIsAnotherInode() throws {
        let file = try add("x")
        let directory = try add("x", .directory)
        #expect(file != directory)
        #expect(table.inodes[file]?.isUnlinked == true)
    }

    @Test mutating func anotherUniqueIdentityIsAnotherInode() throws {
        let name = try FileName("x")
        let old = try table.adopt(FileAttributes(type: .regular, uniqueID: "1"), as: name, in: .root, now: start)
        let new = try table.adopt(FileAttributes(type: .regular, uniqueID: "2"), as: name, in: .root, now: start)
        #expect(old.number != new.number)
    }

    @Test mutating func anAnswerFromBeforeAnOwnChangeIsNotBelieved() throws {
        let name = try FileName("x")
        guard case .unknown(let query) = try table.answer(name, in: .root, now: start) else {
            Issue.record("nothing is known yet")
            return
        }
        _ = try table.insert(FileAttributes(type: .regular), as: name, in: .root, now: start)
        table.settleAbsence(query, now: start)
        guard case .present = try table.answer(name, in: .root, now: start) else {
            Issue.record("the file we made was forgotten")
            return
        }
    }

    @Test mutating func aListingKnowsNothingOfChangesSinceItBegan() throws {
        let old = try FileName("old")
        _ = try add("old")
        guard case .new(let listing, _) = try table.planListing(.root, now: start) else {
            Issue.record("a listing was expected")
            return
        }
        try table.unlink(old, in: .root, now: start)
        _ = try table.insert(FileAttributes(type: .regular), as: FileName("new"), in: .root, now: start)
        let shown = try table.record(
            [DirectoryEntry(name: old, attributes: FileAttributes(type: .regular))], of: listing, now: start)
        #expect(shown.isEmpty)
        let own = try table.complete(listing, now: start)
        #expect(own.map(\.name.string) == ["new"])
        guard case .absent = try table.answer(old, in: .root, now: start) else {
            Issue.record("the removed name came back")
            return
        }
    }

    /// The listing of the folder above tells a time from before.
    @Test mutating func aListingKeepsAFolderThatWeChangedButNotItsOldTime() throws {
        let folder = try add("d", .directory)
        guard case .new(let listing, _) = try table.planListing(.root, now: start) else { return }
        _ = try table.insert(FileAttributes(type: .regular), as: FileName("f"), in: folder, now: start)
        let later = start + .seconds(2)
        _ = try table.record(
            [DirectoryEntry(name: FileName("d"), attributes: FileAttributes(type: .directory))], of: listing, now: later
        )
        guard case .unknown = try table.attributes(of: folder, now: later) else {
            Issue.record("attributes from before our change were believed")
            return
        }
        guard case .present = try table.answer(FileName("d"), in: .root, now: later + .seconds(2)) else {
            Issue.record("the folder was listed and its name is not believed")
            return
        }
    }

    @Test mutating func aCompleteListingAnswersForAbsentNamesUntilItExpires() throws {
        guard case .new(let listing, _) = try table.planListing(.root, now: start) else { return }
        _ = try table.complete(listing, now: start)
        guard case .absent = try table.answer(FileName("x"), in: .root, now: start + .seconds(2)) else {
            Issue.record("a complete listing was not believed")
            return
        }
        guard case .unknown = try table.answer(FileName("x"), in: .root, now: start + .seconds(4)) else {
            Issue.record("an old listing was believed")
            return
        }
    }

    @Test mutating func aListingTakesAwayWhatItDoesNotName() throws {
        let gone = try add("gone")
        guard case .new(let listing, _) = try table.planListing(.root, now: start) else { return }
        _ = try table.complete(listing, now: start)
        #expect(table.inodes[gone]?.isUnlinked == true)
    }
}
