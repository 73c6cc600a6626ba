import FileModel

/// Commands that do not depend on each other's replies, each with what becomes of its reply.
struct Flight {
    enum Purpose: Hashable {
        case time, mode
        case factsOfFile, sizeOfFile, timeOfFile
        case factsOfTarget, entryOfTarget, sizeOfTarget
        case nextData
    }

    private(set) var commands: [Command] = []
    private var purposes: [Purpose] = []

    mutating func add(_ purpose: Purpose, _ command: Command?) {
        guard let command else { return }
        commands.append(command)
        purposes.append(purpose)
    }

    /// - Parameter replies: one for each command, in order.
    func assigned(_ replies: [Reply]) -> [Purpose: Reply] {
        Dictionary(zip(purposes, replies)) { first, _ in first }
    }
}
