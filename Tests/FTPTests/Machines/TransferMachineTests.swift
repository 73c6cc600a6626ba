import FileModel
import Testing

@testable import FTP

@Suite struct TransferMachineTests {
    enum Event: CaseIterable, Hashable {
        case connected, dataFailed, dataEnded, uploadFinished, preliminary, completion, refusal, limit, lost, breakOff
        case verdictExpired, dataEndExpired, abortExpired
    }

    private static let broken = StorageError(.connectionLost, "broke")

    private static func apply(_ event: Event, to machine: inout TransferMachine) -> [TransferMachine.Action] {
        switch event {
        case .connected: machine.dataConnected()
        case .dataFailed: machine.dataFailed(broken)
        case .dataEnded: machine.dataEnded()
        case .uploadFinished: machine.uploadFinished()
        case .preliminary: machine.replyReceived(Reply(150, ""), isFinal: false)
        case .completion: machine.replyReceived(Reply(226, ""), isFinal: true)
        case .refusal: machine.replyReceived(Reply(550, "no"), isFinal: true)
        case .limit: machine.replyReceived(Reply(421, "bye"), isFinal: true)
        case .lost: machine.controlLost(broken)
        case .breakOff: machine.breakOff(.cancelled)
        case .verdictExpired: machine.waitExpired(.verdict)
        case .dataEndExpired: machine.waitExpired(.dataEnd)
        case .abortExpired: machine.waitExpired(.abort)
        }
    }

    /// The outcome after these events; nil when the transfer is not over.
    private func outcome(
        _ direction: TransferMachine.Direction, _ events: [Event]
    ) -> (outcome: TransferMachine.Outcome, isClean: Bool, actions: [TransferMachine.Action])? {
        var machine = TransferMachine(direction)
        var actions = machine.start()
        for event in events { actions += Self.apply(event, to: &machine) }
        for case .finish(let outcome, let isClean) in actions { return (outcome, isClean, actions) }
        return nil
    }

    private static let done = TransferMachine.Outcome.completed(Reply(226, ""))

    /// The legal orders of a download.
    @Test(
        arguments: [
            [.connected, .preliminary, .dataEnded, .completion], [.preliminary, .connected, .dataEnded, .completion],
            [.connected, .preliminary, .completion, .dataEnded], [.preliminary, .completion, .connected, .dataEnded],
            [.connected, .dataEnded, .preliminary, .completion], [.connected, .dataEnded, .completion],
            [.connected, .completion, .dataEnded],
        ] as [[Event]])
    func downloadsEndWithDataAndReply(events: [Event]) {
        for count in 0..<events.count { #expect(outcome(.download, Array(events.prefix(count))) == nil) }
        let end = outcome(.download, events)
        #expect(end?.outcome == Self.done && end?.isClean == true)
    }

    @Test func anUploadWaitsForTheDataConnectionBeforeItTouchesTheFile() {
        var machine = TransferMachine(.upload)
        #expect(machine.start() == [])
        #expect(machine.dataConnected() == [.sendCommand, .startWait(.agreement)])
        #expect(machine.replyReceived(Reply(150, ""), isFinal: false) == [.dataReady])
        #expect(machine.waitExpired(.agreement) == [])
        #expect(machine.uploadFinished() == [.finishData, .startWait(.verdict)])
        #expect(machine.dataEnded() == [])
        #expect(machine.replyReceived(Reply(226, ""), isFinal: true).last == .finish(Self.done, isClean: true))
    }

    @Test(arguments: [TransferMachine.Direction.download, .upload])
    func inActiveModeTheCommandComesFirst(_ direction: TransferMachine.Direction) {
        var machine = TransferMachine(direction, isActive: true)
        #expect(machine.start() == [.sendCommand])
        #expect(machine.replyReceived(Reply(150, ""), isFinal: false) == [])
        #expect(machine.dataConnected() == [.dataReady])
    }

    /// pyftpdlib connects when it gets PORT.
    @Test(arguments: [TransferMachine.Direction.download, .upload])
    func inActiveModeTheDataConnectionMayComeBeforeTheCommand(_ direction: TransferMachine.Direction) {
        var machine = TransferMachine(direction, isActive: true)
        #expect(machine.dataConnected() == [])
        #expect(machine.start().first == .sendCommand)
        #expect(machine.replyReceived(Reply(125, ""), isFinal: false) == [.dataReady])
    }

    /// A server that takes an upload without a 1yz reply.
    @Test func anUploadThatIsNotRefusedInTimeIsAgreedTo() {
        var machine = TransferMachine(.upload)
        #expect(machine.dataConnected() == [.sendCommand, .startWait(.agreement)])
        #expect(machine.waitExpired(.agreement) == [.dataReady])
        #expect(machine.uploadFinished() == [.finishData, .startWait(.verdict)])
        #expect(machine.replyReceived(Reply(226, ""), isFinal: true).last == .finish(Self.done, isClean: true))
    }

    @Test func synchronizedDownloadsWaitForTheirDataConnection() {
        var machine = TransferMachine(.download, isSynchronized: true)
        #expect(machine.start() == [])
        #expect(machine.dataConnected() == [.sendCommand])
    }

    @Test(arguments: [true, false])
    func synchronizedUploadsEndWhenTheServerHasClosedToo(closes: Bool) {
        var machine = TransferMachine(.upload, isSynchronized: true)
        _ = machine.dataConnected()
        _ = machine.replyReceived(Reply(150, ""), isFinal: false)
        _ = machine.uploadFinished()
        #expect(machine.replyReceived(Reply(226, ""), isFinal: true) == [.startWait(.peerClose)])
        let end = closes ? machine.dataEnded() : machine.waitExpired(.peerClose)
        #expect(end == [.dropData, .finish(Self.done, isClean: true)])
    }

    @Test func anUploadWithoutADataConnectionLeavesNoFile() {
        let end = outcome(.upload, [.dataFailed])
        #expect(end?.outcome == .failed(Self.broken) && end?.isClean == true)
        #expect(end?.actions.contains(.sendCommand) == false)
    }

    @Test func anEagerUploadSendsItsCommandAndItsBytesAtOnce() {
        var machine = TransferMachine(.upload, isEager: true)
        #expect(machine.start() == [.sendCommand])
        #expect(machine.dataConnected() == [.dataReady])
        #expect(machine.uploadFinished() == [.finishData, .startWait(.verdict)])
        #expect(machine.replyReceived(Reply(150, ""), isFinal: false) == [])
        #expect(machine.dataEnded() == [])
        #expect(machine.replyReceived(Reply(226, ""), isFinal: true).last == .finish(Self.done, isClean: true))
    }

    @Test func anEagerUploadThatIsRefusedEndsWithTheRefusal() {
        var machine = TransferMachine(.upload, isEager: true)
        _ = machine.start()
        _ = machine.dataConnected()
        _ = machine.uploadFinished()
        let refusal = Reply(553, "no")
        #expect(machine.replyReceived(refusal, isFinal: true).last == .finish(.refused(refusal), isClean: true))
    }

    @Test func aConfirmationBeforeTheEndOfAnUploadIsALie() {
        let end = outcome(.upload, [.connected, .preliminary, .completion])
        guard case .failed(let error)? = end?.outcome else {
            Issue.record("it was believed")
            return
        }
        #expect(error.code == .corrupted)
    }

    @Test func aServerThatHangsUpInMidUploadIsAskedWhy() {
        let events: [Event] = [.connected, .preliminary, .dataEnded]
        #expect(outcome(.upload, events) == nil)
        #expect(outcome(.upload, events + [.refusal])?.outcome == .refused(Reply(550, "no")))
        guard case .failed? = outcome(.upload, events + [.completion])?.outcome else {
            Issue.record("a half file was taken for a whole one")
            return
        }
    }

    @Test(
        arguments: [
            [.refusal], [.connected, .refusal], [.connected, .preliminary, .refusal],
            [.connected, .preliminary, .dataEnded, .refusal], [.preliminary, .refusal],
            [.connected, .preliminary, .dataFailed, .refusal],
        ] as [[Event]])
    func refusalsAtAnyPointLeaveTheSessionClean(events: [Event]) {
        let end = outcome(.download, events)
        #expect(end?.outcome == .refused(Reply(550, "no")) && end?.isClean == true)
        #expect(end?.actions.contains(.dropData) == true)
    }

    @Test func aRefusalExplainsAPortThatWasClosed() {
        #expect(outcome(.download, [.dataFailed, .refusal])?.outcome == .refused(Reply(550, "no")))
        #expect(outcome(.download, [.dataFailed, .preliminary, .refusal])?.outcome == .refused(Reply(550, "no")))
        #expect(outcome(.download, [.dataFailed, .completion])?.outcome == .failed(Self.broken))
        #expect(outcome(.download, [.breakOff, .refusal])?.outcome == .failed(.cancelled))
    }

    /// A 226 cannot make up for bytes that were lost.
    @Test func brokenDataIsNeverASuccess() {
        for events: [Event] in [
            [.connected, .preliminary, .dataFailed, .completion], [.connected, .preliminary, .completion, .dataFailed],
        ] {
            #expect(outcome(.download, events)?.outcome == .failed(Self.broken))
        }
    }

    @Test func aMissingReplyClosesTheSession() {
        let end = outcome(.download, [.connected, .preliminary, .dataEnded, .verdictExpired])
        guard case .failed(let error)? = end?.outcome else {
            Issue.record("no failure")
            return
        }
        #expect(error.code == .timedOut && end?.isClean == false)
        let endless = outcome(.download, [.connected, .preliminary, .completion, .dataEndExpired])
        #expect(endless?.isClean == false)
    }

    @Test func breakingOffWaitsForTheReply() {
        var machine = TransferMachine(.download)
        _ = machine.start()
        _ = machine.dataConnected()
        _ = machine.replyReceived(Reply(150, ""), isFinal: false)
        #expect(machine.breakOff(.cancelled) == [.dropData, .startWait(.abort)])
        #expect(
            machine.replyReceived(Reply(426, ""), isFinal: true).last == .finish(.failed(.cancelled), isClean: true))
    }

    @Test func aServerThatDoesNotNoticeGetsABOR() {
        var machine = TransferMachine(.download)
        _ = machine.start()
        _ = machine.breakOff(.cancelled)
        #expect(machine.waitExpired(.abort) == [.sendAbort, .startWait(.abort)])
        var deaf = machine
        #expect(machine.replyReceived(Reply(426, ""), isFinal: true) == [])
        #expect(
            machine.replyReceived(Reply(226, ""), isFinal: true).last == .finish(.failed(.cancelled), isClean: true))
        #expect(deaf.waitExpired(.abort).last == .finish(.failed(.cancelled), isClean: false))
    }

    /// ProFTPD under TLS, and Pure-FTPd: the data is taken and thrown away until both replies are there.
    @Test func aServerThatHeedsABORIsAskedFirst() {
        var machine = TransferMachine(.download)
        _ = machine.start()
        _ = machine.dataConnected()
        _ = machine.replyReceived(Reply(150, ""), isFinal: false)
        #expect(machine.breakOff(.cancelled, byCommand: true) == [.sendAbort, .startWait(.abort)])
        var deaf = machine
        #expect(machine.replyReceived(Reply(226, ""), isFinal: true) == [])
        #expect(machine.dataEnded() == [.finishData])
        #expect(
            machine.replyReceived(Reply(426, ""), isFinal: true).last == .finish(.failed(.cancelled), isClean: true))
        #expect(deaf.waitExpired(.abort) == [.dropData, .startWait(.abort)])
        #expect(deaf.waitExpired(.abort).last == .finish(.failed(.cancelled), isClean: false))
    }

    @Test func theEndOfTheSessionEndsTheTransfer() {
        for event in [Event.limit, .lost] {
            for before: [Event] in [[], [.connected], [.connected, .preliminary], [.breakOff]] {
                #expect(outcome(.download, before + [event])?.isClean == false)
            }
        }
    }

    /// Every event in every state that four events lead to: never two ends, nothing after the end, and an end in reach.
    @Test(arguments: [TransferMachine(.download), TransferMachine(.upload), TransferMachine(.upload, isEager: true)])
    func noSequenceOfEventsBreaksTheMachine(first: TransferMachine) {
        var machines: [(machine: TransferMachine, trail: [Event])] = []
        var first = first
        _ = first.start()
        machines.append((first, []))
        for _ in 0..<4 {
            var next: [(TransferMachine, [Event])] = []
            for (machine, trail) in machines {
                for event in Event.allCases {
                    var following = machine
                    let actions = Self.apply(event, to: &following)
                    let ends = actions.count { if case .finish = $0 { true } else { false } }
                    #expect(ends == (!machine.isOver && following.isOver ? 1 : 0), "\(trail) \(event)")
                    if machine.isOver { #expect(actions.allSatisfy { $0 == .dropData }, "\(trail) \(event)") }
                    if !following.isOver { next.append((following, trail + [event])) }
                }
            }
            machines = next
        }
        for (machine, trail) in machines {
            var machine = machine
            for wait in [TransferMachine.Wait.abort, .abort] {
                _ = machine.breakOff(.cancelled)
                _ = machine.waitExpired(wait)
            }
            #expect(machine.isOver, "\(trail)")
        }
    }
}
