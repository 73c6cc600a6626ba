import FileModel
import Synchronization
import Testing

@testable import ConnectionPool

/// What is shared with other programs and later runs.
@Suite struct RecordTests {
    let refused = StorageError(.tooManyConnections, "421 too many", serverReply: "421 too many")
    let wrong = StorageError(.loginFailed, "530 Login incorrect.", serverReply: "530 Login incorrect.")

    private func refusedBefore(for duration: Duration = .seconds(3600)) -> ServerKnowledge {
        ServerKnowledge(
            refusal: RememberedRefusal(error: StorageError(.loginFailed, "refused since noon"), retryIn: duration))
    }

    @Test func aRefusalOfAnEarlierRunIsTheAnswerWithoutAnAttempt() {
        var driver = MachineDriver(hasLoggedIn: false)
        driver.slotsAtOnce = false
        let requests = (0..<3).map { _ in driver.request() }
        driver.recall(refusedBefore())
        driver.denySlot(nil)
        #expect(requests.allSatisfy { driver.refusal($0)?.message == "refused since noon" })
        #expect(driver.connects.isEmpty && driver.machine.snapshot.isStopped)
        let later = driver.request()
        #expect(driver.refusal(later) != nil && driver.slotRequests.isEmpty)
        #expect(driver.remembered.isEmpty)
    }

    @Test func afterItsTimeARefusalIsTriedAgain() {
        var driver = MachineDriver(hasLoggedIn: false)
        driver.recall(refusedBefore())
        driver.advance(.seconds(3600))
        let lease = driver.request()
        driver.establish()
        #expect(driver.granted[lease] != nil && driver.remembered == [.loggedIn])
    }

    @Test func aRefusalOfAnotherProgramSaysNothingToAnAccountThatIsLoggedIn() {
        var driver = MachineDriver()
        _ = driver.connected()
        let second = driver.request()
        driver.recall(refusedBefore())
        driver.establish()
        #expect(driver.granted[second] != nil)
    }

    @Test func aRefusedLoginIsRememberedAndARefusedSessionIsNot() {
        var driver = MachineDriver(hasLoggedIn: false)
        _ = driver.request()
        driver.fail(wrong)
        #expect(driver.remembered == [.loginRefused(wrong)])
        var busy = MachineDriver()
        _ = busy.connected()
        _ = busy.request()
        busy.fail(wrong)
        #expect(!busy.remembered.contains(.loginRefused(wrong)))
    }

    @Test func aGoodLoginIsRememberedOnceAMinute() {
        var driver = MachineDriver(maximum: 5)
        for _ in 0..<3 { _ = driver.connected() }
        #expect(driver.remembered == [.loggedIn])
        driver.advance(.seconds(60))
        _ = driver.connected()
        #expect(driver.remembered == [.loggedIn, .loggedIn])
    }

    @Test func aLoginOfAnotherProgramIsProofThatTheNextRefusalIsALimit() {
        var driver = MachineDriver(hasLoggedIn: false)
        driver.recall(ServerKnowledge(sinceLogin: .seconds(100)))
        let lease = driver.request()
        driver.fail(wrong)
        #expect(driver.refusal(lease)?.code == .tooManyConnections && !driver.machine.snapshot.isStopped)
    }

    @Test func credentialsThatWereGoodAreTriedAgainAnHourLaterAndOthersNever() {
        var driver = MachineDriver()
        driver.release(driver.connected())
        driver.advance(.seconds(400))
        driver.finishClose()
        let first = driver.request()
        driver.fail(wrong)
        #expect(driver.refusal(first)?.code == .loginFailed && driver.machine.snapshot.stoppedUntil != nil)
        driver.advance(.seconds(3599))
        _ = driver.request()
        #expect(driver.connects.isEmpty)
        driver.advance(.seconds(1))
        let again = driver.request()
        driver.establish()
        #expect(driver.granted[again] != nil)
    }

    // MARK: - Limits

    @Test func aRememberedLimitSparesTheRefusal() {
        var driver = MachineDriver(maximum: 25, sharesSlots: true)
        driver.recall(
            ServerKnowledge(limit: RememberedLimit(maximum: 4, untilProbe: .seconds(50), interval: .seconds(60))))
        #expect(driver.slotLimit == 4 && driver.remembered.isEmpty)
        for _ in 0..<25 { _ = driver.request(.bulk) }
        while !driver.connects.isEmpty { driver.establish() }
        #expect(driver.granted.count == 3, "one session stays free for metadata")
        for _ in 0..<5 { _ = driver.request() }
        while !driver.connects.isEmpty { driver.establish() }
        #expect(driver.granted.count == 4 && driver.machine.snapshot.learnedLimit == 4)
        driver.advance(.seconds(50))
        #expect(driver.connects.count == 1 && driver.slotLimit == 5)
        driver.fail(refused)
        #expect(driver.slotLimit == 4)
        let next = RememberedLimit(maximum: 4, untilProbe: .seconds(120), interval: .seconds(120))
        #expect(driver.remembered.last == .limitLearned(next))
    }

    @Test func aLimitIsRememberedAndForgottenWhenAllSessionsAreOpen() {
        var driver = MachineDriver(maximum: 2)
        _ = driver.connected()
        _ = driver.request()
        driver.fail(refused)
        let limit = RememberedLimit(maximum: 1, untilProbe: .seconds(60), interval: .seconds(60))
        #expect(driver.remembered == [.loggedIn, .limitLearned(limit)])
        driver.advance(.seconds(59))
        #expect(driver.connects.isEmpty)
        _ = driver.request(within: .seconds(100))
        driver.advance(.seconds(1))
        driver.establish()
        #expect(driver.remembered.contains(.limitForgotten))
    }

    /// Attempts that were under way when another was refused are not probes: nothing more is tried at once.
    @Test func aSuccessFromBeforeTheRefusalIsNoProbe() {
        var driver = MachineDriver(maximum: 25)
        _ = driver.connected()
        for _ in 0..<10 { _ = driver.request() }
        driver.advance(.milliseconds(10))
        driver.fail(refused)
        driver.advance(.milliseconds(10))
        for _ in 0..<3 { driver.establish() }
        #expect(driver.machine.snapshot.learnedLimit == 4 && driver.connects.isEmpty)
    }

    /// Four sessions of a mount and none of ours: we wait in line for one of those four, and do not fail.
    @Test func sessionsOfOtherProgramsCountForTheLimit() {
        var driver = MachineDriver(maximum: 25, sharesSlots: true, hasLoggedIn: false)
        driver.slotsAtOnce = false
        let lease = driver.request()
        driver.grantSlot()
        driver.fail(refused, heldByOthers: 4)
        #expect(driver.isWaiting(lease) && driver.slotLimit == 4 && driver.machine.snapshot.learnedLimit == 4)
        #expect(driver.slotRequests.isEmpty, "no pause after a refusal")
        driver.advance(.milliseconds(250))
        driver.grantSlot()
        driver.establish(heldByOthers: 3)
        #expect(driver.granted[lease] != nil && driver.machine.snapshot.learnedLimit == 4)
    }

    @Test func aCapBelowTheRememberedLimitIsKept() {
        var driver = MachineDriver(maximum: 2)
        driver.recall(
            ServerKnowledge(limit: RememberedLimit(maximum: 4, untilProbe: .seconds(-1), interval: .seconds(60))))
        for _ in 0..<9 { _ = driver.request() }
        while !driver.connects.isEmpty { driver.establish() }
        #expect(driver.granted.count == 2 && driver.remembered == [.loggedIn])
    }
}

/// A server with a limit, its record, and two programs.
@Suite(.timeLimit(.minutes(1))) struct SharedRecordTests {
    private let server = FakeServer()

    private func pool(_ slots: LocalSlots, _ record: FakeRecord) -> Pool<FakeConnection> {
        let configuration = PoolConfiguration(name: "ftp://u@host", maximumConnections: 25)
        return Pool(configuration, slots: slots, record: record) { () async throws(StorageError) in
            try await server.connect()
        }
    }

    private func transfer(_ count: Int, over pool: Pool<FakeConnection>) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                group.addTask {
                    try await pool.withConnection(.bulk) { _ async throws(StorageError) in
                        try? await Task.sleep(for: .milliseconds(2))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func theSecondRunKnowsTheLimit() async throws {
        server.limit(to: 4)
        let record = FakeRecord()
        let first = pool(LocalSlots(count: 25), record)
        try await transfer(200, over: first)
        await first.shutdown()
        #expect((1...4).contains(server.refused) && record.knowledge.limit?.maximum == 4)
        let refusedBefore = server.refused
        let second = pool(LocalSlots(count: 25), record)
        try await transfer(200, over: second)
        await second.shutdown()
        #expect(server.refused == refusedBefore && server.peak == 4)
    }

    @Test func whatOneProgramWasRefusedAnotherDoesNotTry() async throws {
        server.fail(StorageError(.loginFailed, "wrong"))
        let record = FakeRecord()
        for _ in 0..<3 {
            let pool = pool(LocalSlots(count: 25), record)
            let error = await #expect(throws: StorageError.self) { _ = try await pool.lease(.metadata) }
            #expect(error?.code == .loginFailed)
            await pool.shutdown()
        }
        #expect(server.attempts == 1)
    }
}

/// A record in memory. Only what was remembered is recalled, so a lost event shows.
final class FakeRecord: ServerRecord {
    private let state = Mutex(ServerKnowledge())

    var knowledge: ServerKnowledge { state.withLock { $0 } }

    func recall() async -> ServerKnowledge { knowledge }

    func remember(_ event: ServerEvent) async {
        try? await Task.sleep(for: .milliseconds(1))
        state.withLock { known in
            switch event {
            case .loggedIn: known.refusal = nil
            case .loginRefused(let error): known.refusal = RememberedRefusal(error: error, retryIn: .seconds(3600))
            case .limitLearned(let limit): known.limit = limit
            case .limitForgotten: known.limit = nil
            case .sessionsHeld(let count): known.sessionsHeld = count
            }
        }
    }
}
