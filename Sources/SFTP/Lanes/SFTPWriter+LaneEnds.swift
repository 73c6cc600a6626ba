/// How further lanes end: with the file, or before it when others need their connection.
extension SFTPWriter {
    /// What is due on a lane.
    enum LaneEnd {
        case close(WriteWindow.Flight, SFTPHandle)
        case giveBack(SFTPLoan)
    }

    /// Others wait for the connection of a lane: it takes no further writes and goes back after those under way.
    ///
    /// - Returns: whether it goes back.
    func retire(_ lane: Int) -> Bool {
        let end = state.withLock { state -> LaneEnd? in
            state.window.retire(lane)
            return state.endIfIdle(lane)
        }
        if let end { perform(end) }
        return true
    }

    func perform(_ end: LaneEnd) {
        switch end {
        case .close(let flight, let handle): send(.close(handle), flight)
        case .giveBack(let loan): loan.end()
        }
    }
}

extension SFTPWriter.State {
    /// How further lanes are to be made now that the file was written up to `end`; nil: not yet, or not any more.
    func dueWidening(after end: UInt64) -> (WritePlan, SFTPWriter.Widening.Means)? {
        guard case .possible(let plan, let means) = widening, !window.isClosed, end == window.frontier else {
            return nil
        }
        let written = Int64(window.frontier) - plan.start
        switch means {
        case .channels: guard plan.size != nil || written >= WritePlan.provenStream else { return nil }
        case .connection:
            // While it is the writer who is slow, a second connection would bring nothing.
            guard wasFull, written >= (plan.size == nil ? WritePlan.provenFile : WritePlan.provenStream) else {
                return nil
            }
        }
        return (plan, means)
    }

    /// Counts the CLOSE of a further lane in; nil when it was sent before.
    mutating func close(_ lane: Int) -> SFTPWriter.LaneEnd? {
        guard !lanes[lane].isClosed else { return nil }
        lanes[lane].isClosed = true
        return .close(window.add(to: lane), lanes[lane].handle)
    }

    /// What is due on a lane after an answer, or when it is retired.
    mutating func endIfIdle(_ lane: Int) -> SFTPWriter.LaneEnd? {
        guard lane > 0, window.isIdle(lane) else { return nil }
        if lanes[lane].isClosed { return lanes[lane].loan.take().map { .giveBack($0) } }
        return window.isRetired(lane) ? close(lane) : nil
    }
}
