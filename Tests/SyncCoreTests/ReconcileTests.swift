import FileModel
import SyncCore
import Testing

/// One line of the decision table: what each side shows, what the archive says, what follows.
struct TableLine: CustomTestStringConvertible, Sendable {
    let name: String
    let local: Observation
    let remote: Observation
    var record: Record?
    var rules = Samples.rules()
    var evidence = Evidence()
    let row: Int
    let action: Action

    var testDescription: String { name }

    init(
        _ name: String, _ local: Entry?, _ remote: Entry?, _ record: Record?, _ row: Int, _ action: Action,
        rules: ReconcileRules = Samples.rules(), _ evidence: Evidence = Evidence()
    ) {
        self.name = name
        self.local = local.map(Observation.present) ?? .absent
        self.remote = remote.map(Observation.present) ?? .absent
        self.record = record
        self.row = row
        self.action = action
        self.rules = rules
        self.evidence = evidence
    }

    init(unknown name: String, _ local: Observation, _ remote: Observation, _ record: Record?) {
        self.name = name
        self.local = local
        self.remote = remote
        self.record = record
        row = 14
        action = .skip(.unknown)
    }
}

private let file = Samples.local()
private let remoteFile = Samples.remote()
private let edited = Samples.local(12, at: 1_700_050_000)
private let remoteEdited = Samples.remote(11, at: 1_700_060_000)
private let directory = Samples.directory
private let both = Samples.record(file, remoteFile)
private let folders = Samples.record(directory, directory)
private let racyLocal = Samples.local(10, at: 1_700_000_001)
private let racyRemote = Samples.remote(10, at: 1_699_999_998)
private let link = Samples.local(5, at: 1_699_000_000, .symbolicLink)

private func rules(_ change: (inout ReconcileRules) -> Void) -> ReconcileRules {
    var result = Samples.rules()
    change(&result)
    return result
}

private let equalContent = Evidence(content: .equal)
private let otherContent = Evidence(content: .different)

private let twoWay: [TableLine] = [
    .init("both unchanged", file, remoteFile, both, 1, .nothing),
    .init("local edited", edited, remoteFile, both, 2, .copy(from: .local, displaced: .superseded)),
    .init("remote edited", file, remoteEdited, both, 3, .copy(from: .remote, displaced: .superseded)),
    .init(
        "remote older than recorded is an edit too", file, Samples.remote(10, at: 1_600_000_000), both, 3,
        .copy(from: .remote, displaced: .superseded)),
    .init("new here", file, nil, nil, 4, .copy(from: .local, displaced: .nothing)),
    .init("new there", nil, remoteFile, nil, 5, .copy(from: .remote, displaced: .nothing)),
    .init("new and equal", file, remoteFile, nil, 6, .adopt),
    .init("equal within the window", file, Samples.remote(10, at: 1_699_000_002), nil, 6, .adopt),
    .init("same size, other time", file, Samples.remote(10, at: 1_699_000_003), nil, 6, .compareContent),
    .init("the same after all", file, Samples.remote(10, at: 1_699_500_000), nil, 6, .adopt, equalContent),
    .init("times unusable", file, Samples.remote(resolution: .day, list: ()), nil, 7, .compareContent),
    .init(
        "times unusable, same content", file, Samples.remote(resolution: .day, list: ()), nil, 7, .adopt, equalContent),
    .init(
        "times unusable, other content", file, Samples.remote(resolution: .day, list: ()), nil, 8,
        .conflict(winner: .local), otherContent),
    .init(
        "too large to compare", Samples.local(1 << 30), Samples.remote(1 << 30, resolution: .day, list: ()), nil, 8,
        .conflict(winner: .local)),
    .init("both edited, remote newer", edited, remoteEdited, both, 8, .conflict(winner: .remote)),
    .init(
        "both edited, local newer", Samples.local(12, at: 1_700_070_000), remoteEdited, both, 8,
        .conflict(winner: .local)),
    .init(
        "both edited within the window: local keeps the name", Samples.local(12, at: 1_700_060_001), remoteEdited,
        both, 8, .conflict(winner: .local)),
    .init(
        "policy older", edited, remoteEdited, both, 8, .conflict(winner: .local), rules: rules { $0.conflict = .older }),
    .init(
        "policy larger", edited, remoteEdited, both, 8, .conflict(winner: .local),
        rules: rules { $0.conflict = .larger }),
    .init(
        "policy smaller", edited, remoteEdited, both, 8, .conflict(winner: .remote),
        rules: rules { $0.conflict = .smaller }),
    .init(
        "policy local", edited, remoteEdited, both, 8, .conflict(winner: .local), rules: rules { $0.conflict = .local }),
    .init(
        "policy remote", edited, remoteEdited, both, 8, .conflict(winner: .remote),
        rules: rules { $0.conflict = .remote }),
    .init(
        "policy keep-both", edited, remoteEdited, both, 8, .conflict(winner: .local),
        rules: rules { $0.conflict = .keepBoth }),
    .init("policy skip", edited, remoteEdited, both, 8, .skip(.conflict), rules: rules { $0.conflict = .skip }),
    .init("deleted here", nil, remoteFile, both, 9, .remove(from: .remote)),
    .init("deleted there", file, nil, both, 10, .remove(from: .local)),
    .init("deletes never", nil, remoteFile, both, 9, .nothing, rules: rules { $0.deletes = .never }),
    .init("deleted on both", nil, nil, both, 11, .forget),
    .init("deleted here, edited there", nil, remoteEdited, both, 12, .copy(from: .remote, displaced: .nothing)),
    .init("edited here, deleted there", edited, nil, both, 13, .copy(from: .local, displaced: .nothing)),
    .init(unknown: "local unknown", .unknown, .present(remoteFile), both),
    .init(unknown: "remote unknown", .present(edited), .unknown, both),
    .init("file became a folder", directory, remoteFile, both, 15, .replaceWithDirectory(on: .remote)),
    .init("file became a folder there", file, directory, both, 15, .replaceWithDirectory(on: .local)),
    .init("folder became a file", file, directory, folders, 16, .examineSubtree(on: .remote)),
    .init(
        "folder became a file, subtree unchanged", file, directory, folders, 16, .replaceWithFile(on: .remote),
        Evidence(subtree: .unchanged)),
    .init(
        "folder became a file, subtree edited", file, directory, folders, 16, .separate(fileOn: .local),
        Evidence(subtree: .changed)),
    .init(
        "folder became a file, subtree unknown", file, directory, folders, 14, .skip(.unknown),
        Evidence(subtree: .unknown)),
    .init("file edited here, folder there", edited, directory, both, 17, .separate(fileOn: .local)),
    .init("new file, new folder", directory, remoteFile, nil, 17, .separate(fileOn: .remote)),
    .init("link", link, remoteFile, both, 18, .skip(.notAFile)),
    .init("socket", file, Samples.remote(0, at: 0, .special), both, 18, .skip(.notAFile)),
    .init(
        "link as a link", link, nil, nil, 4, .copy(from: .local, displaced: .nothing), rules: rules { $0.links = .link }
    ),
    .init("folder new", directory, nil, nil, 24, .createDirectory(on: .remote)),
    .init("folder new there", nil, directory, nil, 24, .createDirectory(on: .local)),
    .init("folder deleted", nil, directory, folders, 24, .remove(from: .remote)),
    .init("folders on both, unrecorded", directory, directory, nil, 6, .adopt),
    .init("folders on both", directory, directory, folders, 1, .nothing),
    .init("racy here", racyLocal, remoteFile, Samples.record(racyLocal, remoteFile), 1, .compareContent),
    .init("racy, same content", racyLocal, remoteFile, Samples.record(racyLocal, remoteFile), 1, .adopt, equalContent),
    .init(
        "racy, edited after all", racyLocal, remoteFile, Samples.record(racyLocal, remoteFile), 2,
        .copy(from: .local, displaced: .superseded), otherContent),
    .init(
        "racy on both, edited", racyLocal, racyRemote, Samples.record(racyLocal, racyRemote), 8,
        .conflict(winner: .local), otherContent),
    .init(
        "edited here, racy there: the old copy is kept", edited, racyRemote, Samples.record(file, racyRemote), 2,
        .copy(from: .local, displaced: .unsynced)),
    .init(
        "deletion refused just now", nil, remoteFile,
        Record(
            local: nil, remote: remoteFile, syncedAt: Timestamp(seconds: 1_700_099_990),
            state: .deletePending(attempts: 1)),
        29, .skip(.deletePending)),
    .init(
        "deletion refused long ago", nil, remoteFile, Samples.record(nil, remoteFile, .deletePending(attempts: 1)), 29,
        .remove(from: .remote)),
    .init(
        "deletion refused, then edited", nil, remoteEdited,
        Samples.record(nil, remoteFile, .deletePending(attempts: 1)), 5, .copy(from: .remote, displaced: .nothing)),
]

private let push = Samples.rules(.push)
private let mirror = Samples.rules(.oneWay(from: .local, mirror: true))

private let oneWay: [TableLine] = [
    .init("unchanged", file, remoteFile, both, 1, .nothing, rules: push),
    .init(
        "edited at the source", edited, remoteFile, both, 2, .copy(from: .local, displaced: .superseded), rules: push),
    .init(
        "edited at the destination", file, remoteEdited, both, 2, .copy(from: .local, displaced: .unsynced), rules: push
    ),
    .init("edited at both", edited, remoteEdited, both, 2, .copy(from: .local, displaced: .unsynced), rules: push),
    .init("deleted at the destination", file, nil, both, 4, .copy(from: .local, displaced: .nothing), rules: push),
    .init("deleted at the source", nil, remoteFile, both, 9, .nothing, rules: push),
    .init("only at the destination", nil, remoteFile, nil, 9, .nothing, rules: push),
    .init("mirror: deleted at the source", nil, remoteFile, both, 9, .remove(from: .remote), rules: mirror),
    .init("mirror: deleted at the source, edited", nil, remoteEdited, both, 9, .remove(from: .remote), rules: mirror),
    .init("mirror: extra", nil, remoteFile, nil, 9, .remove(from: .remote), rules: mirror),
    .init(
        "mirror never deletes on a first run", nil, remoteFile, nil, 9, .nothing,
        rules: rules {
            $0.mode = mirror.mode; $0.isFirstRun = true
        }),
    .init(
        "moved to the destination", nil, remoteFile, Samples.record(nil, remoteFile, .tombstone), 11, .nothing,
        rules: mirror),
    .init(
        "mirror: deletion refused just now", nil, remoteFile,
        Record(
            local: nil, remote: remoteFile, syncedAt: Timestamp(seconds: 1_700_099_990),
            state: .deletePending(attempts: 1)),
        29, .skip(.deletePending), rules: mirror),
    .init(
        "mirror: deletion refused, then edited", nil, remoteEdited,
        Samples.record(nil, remoteFile, .deletePending(attempts: 1)), 9, .remove(from: .remote), rules: mirror),
    .init("pull: new", nil, remoteFile, nil, 5, .copy(from: .remote, displaced: .nothing), rules: Samples.rules(.pull)),
    .init("pull: extra", file, nil, nil, 10, .nothing, rules: Samples.rules(.pull)),
    .init("equal, unrecorded", file, remoteFile, nil, 6, .adopt, rules: push),
    .init("different, unrecorded", edited, remoteFile, nil, 2, .copy(from: .local, displaced: .unsynced), rules: push),
    .init(
        "overwrite always", edited, remoteFile, nil, 2, .copy(from: .local, displaced: .superseded),
        rules: rules {
            $0.mode = .push; $0.overwrite = .always
        }),
    .init(
        "source folder, destination file", directory, remoteFile, nil, 15, .replaceWithDirectory(on: .remote),
        rules: push),
    .init("source file, destination folder", file, directory, nil, 16, .examineSubtree(on: .remote), rules: push),
    .init(
        "source file, folder with extras", file, directory, nil, 16, .skip(.typeDiffers), rules: push,
        Evidence(subtree: .changed)),
    .init(
        "mirror: source file, folder with extras", file, directory, nil, 16, .replaceWithFile(on: .remote),
        rules: mirror, Evidence(subtree: .changed)),
]

extension Samples {
    static func remote(_ size: Int64 = 10, resolution: TimeResolution, list: Void) -> Entry {
        remote(size, source: .list, resolution: resolution)
    }
}

struct ReconcileTests {
    @Test(arguments: twoWay) func twoWayTable(_ line: TableLine) {
        expect(line)
    }

    @Test(arguments: oneWay) func oneWayTable(_ line: TableLine) {
        expect(line)
    }

    private func expect(_ line: TableLine) {
        let state = PathState(local: line.local, remote: line.remote, record: line.record)
        #expect(reconcile(state, line.rules, line.evidence) == Decision(line.action, row: line.row))
    }

    @Test func aConflictCopyMakesNoOther() {
        let state = PathState(
            local: .present(edited), remote: .present(remoteEdited), record: both, isConflictCopy: true)
        #expect(reconcile(state, Samples.rules()).action == .copy(from: .remote, displaced: .unsynced))
    }
}
