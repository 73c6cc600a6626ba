import FileModel

/// Sends a flight once, at the first of several occasions.
final class FlightSender {
    let inbox = ReplyInbox()
    let commands: [Command]
    private let control: ControlChannel
    private let limit: Duration
    private(set) var wasSent = false

    init(_ commands: [Command], _ control: ControlChannel, limit: Duration) {
        self.commands = commands
        self.control = control
        self.limit = limit
    }

    func send() {
        guard !wasSent else { return }
        wasSent = true
        control.gather()
        for command in commands { control.send(command, limit: limit) { [inbox] in inbox.take($0) } }
        control.sendGathered()
    }
}

/// Commands that do not depend on each other's replies, each with what becomes of its reply.
struct Flight {
    enum Purpose: Hashable {
        case time, mode, timeAndMode
        /// A time that the server set of itself, and a way to set another one that is still to be proven.
        case ownTime, triedTime
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
