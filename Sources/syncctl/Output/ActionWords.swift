import FileModel
import SyncCore
import SyncEngine

/// What an action does, in words that complete "a run would …".
enum ActionWords {
    static func text(_ action: Action, renamed: (from: RemotePath, to: RemotePath)? = nil) -> String {
        switch action {
        case .nothing: "do nothing"
        case .adopt: "note that both sides are the same"
        case .forget: "forget what is remembered of it"
        case .copy(let side, let displaced): copy(side, displaced)
        case .createDirectory(let side): "make the folder on the \(side.rawValue) side"
        case .rename(let side, let source): rename(side, source, renamed)
        case .remove(let side): "delete it on the \(side.rawValue) side"
        case .replaceWithDirectory(let side):
            "put the file on the \(side.rawValue) side into the trash, and make the folder"
        case .replaceWithFile(let side):
            "put the folder on the \(side.rawValue) side into the trash, and copy the file there"
        case .conflict(let winner):
            "keep both: the \(winner.rawValue) one keeps the name, the other becomes a conflict copy"
        case .separate(let side): "keep both: the file on the \(side.rawValue) side becomes a conflict copy"
        case .compareContent: "compare the contents"
        case .examineSubtree(let side): "look whether anything below it has changed on the \(side.rawValue) side"
        case .skip(let reason): "leave it alone: it \(reason.sentence)"
        }
    }

    private static func copy(_ from: Side, _ displaced: Displaced) -> String {
        let verb = from == .local ? "upload it" : "download it"
        switch displaced {
        case .nothing: return verb
        case .superseded: return "\(verb) over the older content"
        case .unsynced: return "\(verb); what is there now goes to the trash"
        }
    }

    private static func rename(_ side: Side, _ source: Side?, _ renamed: (from: RemotePath, to: RemotePath)?) -> String
    {
        let names = renamed.map { " from \(printable($0.from.bytes)) to \(printable($0.to.bytes))" } ?? ""
        return "rename it on the \(side.rawValue) side\(names)\(source == nil ? "" : ", then copy what was edited")"
    }
}
