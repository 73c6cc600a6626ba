import FileModel

/// A connection from the decision to open it until it has ended.
struct ConnectionID: Hashable, Comparable {
    let number: Int
    static func < (left: ConnectionID, right: ConnectionID) -> Bool { left.number < right.number }
}

/// A lease from the request until the release. Later requests have greater numbers.
struct LeaseID: Hashable, Comparable {
    let number: Int
    static func < (left: LeaseID, right: LeaseID) -> Bool { left.number < right.number }
}

/// The clock and the dice at one event: the machine has neither.
struct PoolMoment {
    var now: PoolInstant
    /// 0 ..< 1.
    var jitter: Double
}

/// What the shell does after an event: answers first, then commands in order.
struct PoolAction: Equatable {
    var replies: [Reply] = []
    var commands: [Command] = []

    struct Reply: Equatable {
        let lease: LeaseID
        let answer: Answer
    }

    enum Answer: Equatable {
        case granted(ConnectionID)
        case failed(StorageError)
        /// To a request that does not wait: nothing is free.
        case nothingFree
    }

    enum Command: Equatable {
        /// Ask for a slot; answered by `slotGranted` or `slotDenied`.
        case acquireSlot(ConnectionID, waiting: Bool)
        /// Cancel that; it is answered all the same.
        case abandonSlot(ConnectionID)
        /// Connect with the slot; answered by `connectionEstablished` or `connectFailed`.
        case connect(ConnectionID)
        /// Cancel that; it is answered all the same.
        case abandonConnect(ConnectionID)
        /// Answered by `keepAliveDone`.
        case keepAlive(ConnectionID)
        /// Answered, as any other end of a connection, by `connectionClosed`.
        case close(ConnectionID)
        /// The connection is over, or never was: let go of it and of its slot.
        case forget(ConnectionID)
        /// Ask these holders in turn until `enough` agree; answered by `holdersAgreed`.
        case askBack([LeaseID], enough: Int)
        /// Let all programs together have no more slots than this; nil: as many as are configured.
        case limitSlots(Int?)
        /// Tell the server's record.
        case remember(ServerEvent)
        /// Look at what others want of the slots; answered by `slotsDemanded`.
        case readDemand
        /// After a shutdown: the last connection has ended.
        case finish
    }

    mutating func reply(_ lease: LeaseID, _ answer: Answer) { replies.append(Reply(lease: lease, answer: answer)) }
    mutating func command(_ command: Command) { commands.append(command) }
}
