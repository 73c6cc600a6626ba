import SyncCore

/// An action as three words in a table.
struct ActionCode: Hashable {
    var word: String
    var side: Side?
    var detail: String?

    init(_ action: Action) {
        switch action {
        case .nothing: self.init("nothing")
        case .adopt: self.init("adopt")
        case .forget: self.init("forget")
        case .copy(let side, let displaced): self.init("copy", side, displaced.rawValue)
        case .createDirectory(let side): self.init("create-directory", side)
        case .rename(let side, let source): self.init("rename", side, source?.rawValue)
        case .remove(let side): self.init("remove", side)
        case .replaceWithDirectory(let side): self.init("replace-with-directory", side)
        case .replaceWithFile(let side): self.init("replace-with-file", side)
        case .conflict(let side): self.init("conflict", side)
        case .separate(let side): self.init("separate", side)
        case .compareContent: self.init("compare-content")
        case .examineSubtree(let side): self.init("examine-subtree", side)
        case .skip(let reason): self.init("skip", nil, reason.rawValue)
        }
    }

    init(_ word: String, _ side: Side? = nil, _ detail: String? = nil) {
        self.word = word
        self.side = side
        self.detail = detail
    }

    /// nil for words that no version of this program wrote.
    var action: Action? {
        switch (word, side) {
        case ("nothing", _): .nothing
        case ("adopt", _): .adopt
        case ("forget", _): .forget
        case ("compare-content", _): .compareContent
        case ("skip", _): detail.flatMap(SkipReason.init(rawValue:)).map(Action.skip)
        case ("copy", let side?): detail.flatMap(Displaced.init(rawValue:)).map { .copy(from: side, displaced: $0) }
        case ("create-directory", let side?): .createDirectory(on: side)
        case ("rename", let side?): .rename(on: side, thenCopyFrom: detail.flatMap(Side.init(rawValue:)))
        case ("remove", let side?): .remove(from: side)
        case ("replace-with-directory", let side?): .replaceWithDirectory(on: side)
        case ("replace-with-file", let side?): .replaceWithFile(on: side)
        case ("conflict", let side?): .conflict(winner: side)
        case ("separate", let side?): .separate(fileOn: side)
        case ("examine-subtree", let side?): .examineSubtree(on: side)
        default: nil
        }
    }
}
