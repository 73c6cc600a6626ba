import FileModel
import SyncCore
import Testing

/// The decision table of a two-way run, row by row: what stands here, what the archive remembers, what stands there, and
/// what follows. `ReconcileTests` has the cases within each row; the engine's tests say what carrying it out comes to.
struct DecisionTableTests {
    /// What a side shows, or the archive remembers of both.
    enum Sight: Sendable {
        case nothing, unknown
        /// As the archive has it, where it has anything.
        case file
        /// Of another size and time than `file`, and than each other.
        case edit, laterEdit
        /// Of the size of `file`, at a time that cannot be compared.
        case fileOfSomeDay
        case folder, link, socket
        /// Deleted here, and the other side refused to follow.
        case refusedDeletion
    }

    enum Outcome: Sendable {
        case decides(Action, Evidence = Evidence())
        /// A name went and another came with the same identity (a number), or the same size and time.
        case pairs(identity: String?, isEditedThere: Bool, Action)
        /// The name cannot be held by the other side.
        case cannotBeHeld(String, NameLimits)
        case collides(String, String, NameFolding)
        /// Decided where more than one path is known, or found out when it is carried out.
        case isSeenBy(String)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let number: Int
        let situation: String
        let local, archive, remote: Sight
        let outcome: Outcome

        init(
            _ number: Int, _ situation: String, _ local: Sight, _ archive: Sight, _ remote: Sight, _ outcome: Outcome
        ) {
            self.number = number
            self.situation = situation
            self.local = local
            self.archive = archive
            self.remote = remote
            self.outcome = outcome
        }

        var testDescription: String { "row \(number): \(situation)" }
    }

    private static let upload = Action.copy(from: .local, displaced: .nothing)
    private static let download = Action.copy(from: .remote, displaced: .nothing)

    // swift-format-ignore
    static let table: [Row] = [
        //  #   situation                        local      archive           remote           what follows
        Row(1,  "unchanged",                     .file,     .file,            .file,           .decides(.nothing)),
        Row(2,  "changed here",                  .edit,     .file,            .file,           .decides(.copy(from: .local, displaced: .superseded))),
        Row(3,  "changed there",                 .file,     .file,            .edit,           .decides(.copy(from: .remote, displaced: .superseded))),
        Row(4,  "new here",                      .file,     .nothing,         .nothing,        .decides(upload)),
        Row(5,  "new there",                     .nothing,  .nothing,         .file,           .decides(download)),
        Row(6,  "new on both, equal",            .file,     .nothing,         .file,           .decides(.adopt)),
        Row(7,  "same size, no usable time",     .file,     .nothing,         .fileOfSomeDay,  .decides(.compareContent)),
        Row(8,  "changed on both",               .edit,     .file,            .laterEdit,      .decides(.conflict(winner: .remote))),
        Row(9,  "deleted here",                  .nothing,  .file,            .file,           .decides(.remove(from: .remote))),
        Row(10, "deleted there",                 .file,     .file,            .nothing,        .decides(.remove(from: .local))),
        Row(11, "deleted on both",               .nothing,  .file,            .nothing,        .decides(.forget)),
        Row(12, "deleted here, changed there",   .nothing,  .file,            .edit,           .decides(download)),
        Row(13, "changed here, deleted there",   .edit,     .file,            .nothing,        .decides(upload)),
        Row(14, "its folder was not listed",     .unknown,  .file,            .edit,           .decides(.skip(.unknown))),
        Row(15, "a file became a folder",        .folder,   .file,            .file,           .decides(.replaceWithDirectory(on: .remote))),
        Row(16, "a folder became a file",        .file,     .folder,          .folder,         .decides(.replaceWithFile(on: .remote), Evidence(subtree: .unchanged))),
        Row(17, "a file met a folder",           .edit,     .file,            .folder,         .decides(.separate(fileOn: .local))),
        Row(18, "a link, or a special file",     .link,     .file,            .socket,         .decides(.skip(.notAFile))),
        Row(19, "renamed, by identity",          .nothing,  .file,            .file,           .pairs(identity: "7", isEditedThere: false, .rename(on: .remote, thenCopyFrom: nil))),
        Row(20, "renamed, only candidate",       .nothing,  .file,            .file,           .pairs(identity: nil, isEditedThere: false, .rename(on: .remote, thenCopyFrom: nil))),
        Row(21, "renamed on both, otherwise",    .nothing,  .file,            .nothing,        .isSeenBy("RenameRunTests.renamesOnBothSidesKeepBothNames")),
        Row(22, "its folder was renamed",        .nothing,  .folder,          .folder,         .isSeenBy("FolderRenameTests.aTreeIsRenamedAtOnce")),
        Row(23, "renamed here, changed there",   .nothing,  .file,            .edit,           .pairs(identity: "7", isEditedThere: true, .rename(on: .remote, thenCopyFrom: .remote))),
        Row(24, "a new folder",                  .folder,   .nothing,         .nothing,        .decides(.createDirectory(on: .remote))),
        Row(25, "one name to the other side",    .file,     .nothing,         .nothing,        .collides("Read me", "READ ME", .caseInsensitive)),
        Row(26, "no name to the other side",     .file,     .nothing,         .nothing,        .cannotBeHeld("two\nlines", NameLimits(allowsLineBreaks: false))),
        Row(27, "newly left out by a filter",    .nothing,  .file,            .file,           .isSeenBy("FilterRunTests.aChangedFilterDeletesNothing")),
        Row(28, "still being written",           .edit,     .file,            .file,           .isSeenBy("FilterRunTests.aFileStillChangingWaits")),
        Row(29, "the deletion was refused",      .nothing,  .refusedDeletion, .file,           .decides(.skip(.deletePending))),
        Row(30, "the upload was refused",        .edit,     .file,            .file,           .isSeenBy("SafetyTests.aRefusedUploadLeavesTheRecordAsItWas")),
        Row(31, "the local disk is full",        .nothing,  .nothing,         .file,           .isSeenBy("SafetyTests.aFullLocalDiskTakesNothing")),
    ]

    @Test func theTableHasEveryRowOnce() {
        #expect(Self.table.map(\.number) == Array(1...31))
        for row in Self.table { #expect(DecisionRow.sentence(row.number) != nil) }
    }

    @Test(arguments: table)
    func holds(_ row: Row) throws {
        switch row.outcome {
        case .decides(let action, let evidence):
            #expect(reconcile(row.state, Samples.rules(), evidence) == Decision(action, row: row.number))
        case .pairs(let identity, let isEditedThere, let action):
            let candidate = RenameCandidate(identity: identity, isEditedThere: isEditedThere)
            #expect(candidate.decision() == Decision(action, row: row.number))
        case .cannotBeHeld(let name, let limits):
            #expect(limits.obstacle(to: try FileName(name)) != nil)
        case .collides(let name, let other, let folding):
            #expect(folding.key(try FileName(name)) == folding.key(try FileName(other)))
        case .isSeenBy(let test):
            // scripts/check sees to it that there is such a test.
            #expect(test.contains("Tests."))
        }
    }
}

extension DecisionTableTests.Sight {
    func entry(_ side: Side) -> Entry? {
        let make = side == .local ? { Samples.local($0, at: $1) } : { Samples.remote($0, at: $1) }
        return switch self {
        case .nothing, .unknown: nil
        case .file, .refusedDeletion: make(10, 1_699_000_000)
        case .edit: make(12, 1_700_050_000)
        case .laterEdit: make(11, 1_700_060_000)
        case .fileOfSomeDay: Samples.remote(10, source: .list, resolution: .day)
        case .folder: Samples.directory
        case .link: Samples.local(5, .symbolicLink)
        case .socket: Samples.remote(0, .special)
        }
    }

    func observation(_ side: Side) -> Observation {
        self == .unknown ? .unknown : entry(side).map(Observation.present) ?? .absent
    }
}

extension DecisionTableTests.Row {
    var state: PathState {
        PathState(local: local.observation(.local), remote: remote.observation(.remote), record: record)
    }

    private var record: Record? {
        switch archive {
        case .nothing: nil
        case .refusedDeletion:
            Record(
                local: nil, remote: archive.entry(.remote), syncedAt: Samples.now,
                state: .deletePending(attempts: 1))
        default: Samples.record(archive.entry(.local), archive.entry(.remote))
        }
    }
}

extension RenameCandidate {
    /// Of the file of the table, renamed on the local side.
    fileprivate init(identity: String?, isEditedThere: Bool) {
        var before = Samples.local()
        before.identity = identity
        self.init(
            side: .local, recorded: Sides(local: before, remote: Samples.remote()),
            old: isEditedThere ? Samples.remote(12, at: 1_700_050_000) : Samples.remote(), new: before,
            isOnlyOne: identity == nil)
    }
}
