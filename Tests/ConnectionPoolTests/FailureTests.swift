import FileModel
import Testing

@testable import ConnectionPool

/// Failed attempts: pauses, limits, and errors that stop everything.
@Suite struct FailureTests {
    let unreachable = StorageError(.unreachable, "nobody answers at host:21")

    @Test func withNothingConnectedEverybodyLearnsAtOnce() {
        var driver = MachineDriver()
        let requests = (0..<5).map { _ in driver.request() }
        for _ in 0..<3 { driver.fail(unreachable) }
        #expect(requests.allSatisfy { driver.refusal($0) == unreachable })
    }

    @Test func whileAnotherAttemptIsUnderWayWaitersWait() {
        var driver = MachineDriver()
        let requests = (0..<2).map { _ in driver.request() }
        driver.fail(unreachable)
        #expect(requests.allSatisfy { driver.isWaiting($0) })
        driver.establish()
        #expect(driver.granted[requests[0]] != nil)
    }

    @Test func aShortPauseIsWaitedFor() {
        var driver = MachineDriver()
        _ = driver.request()
        driver.fail(unreachable)
        let next = driver.request()
        #expect(driver.isWaiting(next) && driver.connects.isEmpty)
        driver.advance(.milliseconds(250))
        #expect(driver.connects.count == 1)
    }

    @Test func aLongPauseIsAnErrorAtOnce() {
        var driver = MachineDriver()
        for _ in 0..<5 { failOnce(&driver) }
        let next = driver.request()
        #expect(driver.refusal(next) == unreachable)
        driver.advance(.seconds(30))
        let later = driver.request()
        driver.establish()
        #expect(driver.granted[later] != nil, "did not recover by itself")
        driver.release(later)
        #expect(driver.machine.backOff.failures == 0)
    }

    @Test(arguments: [0.0, 0.5, 0.999]) func pausesDoubleUpToAMaximum(jitter: Double) {
        var driver = MachineDriver()
        driver.jitter = jitter
        var pauses: [Duration] = []
        for _ in 0..<12 {
            failOnce(&driver)
            pauses.append(driver.machine.backOff.until! - driver.now)
        }
        let full = [0.25, 0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30, 30].map { Duration.seconds($0) }
        for (pause, full) in zip(pauses, full) {
            #expect(pause <= full && pause >= full / 2)
        }
    }

    /// Waits out the pause and fails the next attempt.
    private func failOnce(_ driver: inout MachineDriver) {
        if let until = driver.machine.backOff.until { driver.advance(until - driver.now) }
        _ = driver.request()
        driver.fail(unreachable)
    }

    @Test func attemptsThatFailTogetherCountOnce() {
        var driver = MachineDriver()
        for _ in 0..<3 { _ = driver.request() }
        for _ in 0..<3 {
            driver.advance(.milliseconds(5))
            driver.fail(unreachable)
        }
        #expect(driver.machine.backOff.failures == 1)
    }

    @Test(arguments: [StorageError.Code.loginFailed, .hostKeyRejected, .tlsFailed, .configuration])
    func aPermanentErrorStopsFurtherAttempts(code: StorageError.Code) {
        var driver = MachineDriver(hasLoggedIn: false)
        let error = StorageError(code, "refused")
        _ = driver.request()
        driver.fail(error)
        driver.advance(.seconds(3600))
        let next = driver.request()
        #expect(driver.refusal(next) == error && driver.connects.isEmpty)
        #expect(driver.machine.snapshot.isStopped)
        driver.reset()
        let afterReset = driver.request()
        driver.establish()
        #expect(driver.granted[afterReset] != nil)
    }

    @Test func aWrongPasswordIsTriedOnceHoweverManyAsk() {
        var driver = MachineDriver(maximum: 25, hasLoggedIn: false)
        let requests = (0..<25).map { _ in driver.request() }
        #expect(driver.connects.count == 1)
        driver.fail(StorageError(.loginFailed, "530 Login incorrect."))
        #expect(driver.connects.isEmpty && requests.allSatisfy { driver.refusal($0)?.code == .loginFailed })
    }

    @Test func theFirstLoginOpensTheDoorForMore() {
        var driver = MachineDriver(maximum: 25, hasLoggedIn: false)
        for _ in 0..<25 { _ = driver.request() }
        driver.establish()
        #expect(driver.connects.count == 4)
    }

    @Test func aServerThatIsDownIsAskedOnceAtATime() {
        var driver = MachineDriver(maximum: 25)
        _ = driver.request()
        driver.fail(unreachable)
        for _ in 0..<25 { _ = driver.request() }
        driver.advance(.seconds(1))
        #expect(driver.connects.count == 1)
    }

    @Test func whatIsOpenServesOnAfterAPermanentError() {
        var driver = MachineDriver()
        let first = driver.connected()
        let second = driver.request()
        driver.fail(StorageError(.hostKeyRejected, "changed"))
        #expect(driver.isWaiting(second))
        driver.release(first)
        #expect(driver.granted[second] != nil && driver.connects.isEmpty)
    }

    @Test func theEndOfTheLastConnectionAfterAPermanentErrorFailsWaiters() {
        var driver = MachineDriver()
        let first = driver.connected()
        let second = driver.request()
        driver.fail(StorageError(.hostKeyRejected, "changed"))
        driver.lose(driver.granted[first]!)
        #expect(driver.refusal(second)?.code == .hostKeyRejected)
    }

    @Test func aServerThatDropsUsAfterTheLoginIsNotAskedWithoutPause() {
        var driver = MachineDriver(maximum: 1)
        var attempts = 0
        for _ in 0..<1000 {
            let lease = driver.request()
            if !driver.connects.isEmpty {
                attempts += 1
                driver.lose(driver.establish())
            }
            driver.cancel(lease)
            driver.advance(.milliseconds(10))
        }
        #expect(attempts < 10, "\(attempts) logins in ten seconds")
    }

    @Test func anUnusedSlotRequestThatFailsIsReported() {
        var driver = MachineDriver()
        driver.slotsAtOnce = false
        let lease = driver.request()
        driver.denySlot(StorageError(.noSpace, "no room in /run"))
        #expect(driver.refusal(lease)?.code == .noSpace)
    }
}

/// The server's own limit.
@Suite struct ServerLimitTests {
    let refused = StorageError(.tooManyConnections, "421 too many", serverReply: "421 too many")

    @Test func aRefusalWithOthersOpenIsALimit() {
        var driver = MachineDriver(maximum: 10)
        let leases = (0..<2).map { _ in driver.connected() }
        let third = driver.request()
        driver.fail(refused)
        #expect(driver.machine.snapshot.learnedLimit == 2 && driver.isWaiting(third))
        driver.advance(.seconds(30))
        #expect(driver.connects.isEmpty)
        driver.release(leases[0])
        #expect(driver.granted[third] != nil)
    }

    @Test func aRefusalWithNothingOpenIsAFailure() {
        var driver = MachineDriver()
        let lease = driver.request()
        driver.fail(refused)
        #expect(driver.refusal(lease) == refused && driver.machine.snapshot.learnedLimit == nil)
        #expect(!driver.machine.snapshot.isStopped)
    }

    @Test func theLimitIsTriedAgainLessAndLessOften() {
        var driver = MachineDriver(maximum: 10) { $0.idleTimeout = .seconds(100_000) }
        _ = driver.connected()
        _ = driver.request(within: .seconds(100_000))
        driver.fail(refused)
        var probes: [Duration] = []
        var last = driver.now
        for _ in 0..<7 {
            while driver.connects.isEmpty { driver.advance(.seconds(10)) }
            probes.append(driver.now - last)
            last = driver.now
            driver.fail(refused)
        }
        #expect(probes == [60, 120, 240, 480, 960, 960, 960].map { Duration.seconds($0) })
    }

    @Test func aSuccessfulProbeRaisesTheLimitStepByStep() {
        var driver = MachineDriver(maximum: 4) { $0.idleTimeout = .seconds(100_000) }
        _ = driver.connected()
        for _ in 0..<3 { _ = driver.request(within: .seconds(1000)) }
        for _ in 0..<3 { driver.fail(refused) }
        #expect(driver.machine.snapshot.learnedLimit == 1)
        driver.advance(.seconds(60))
        driver.establish()
        #expect(driver.machine.snapshot.learnedLimit == 2 && driver.connects.count == 1)
        driver.establish()
        driver.establish()
        #expect(driver.machine.snapshot.learnedLimit == nil && driver.granted.count == 4)
    }

    @Test func aRefusedLoginBesidesALiveOneIsALimit() {
        var driver = MachineDriver()
        let first = driver.connected()
        let second = driver.request()
        driver.fail(StorageError(.loginFailed, "530", serverReply: "530 maximum number of clients"))
        #expect(driver.machine.snapshot.learnedLimit == 1 && !driver.machine.snapshot.isStopped)
        driver.release(first)
        #expect(driver.granted[second] != nil)
    }

    @Test func aRefusedLoginSoonAfterAGoodOneIsALimitAndLaterAWrongPassword() {
        var driver = MachineDriver()
        driver.release(driver.connected())
        driver.advance(.seconds(61))
        driver.finishClose()
        let soon = driver.request()
        driver.fail(StorageError(.loginFailed, "530"))
        #expect(driver.refusal(soon)?.code == .tooManyConnections && !driver.machine.snapshot.isStopped)
        driver.advance(.seconds(300))
        let later = driver.request()
        driver.fail(StorageError(.loginFailed, "530"))
        #expect(driver.refusal(later)?.code == .loginFailed && driver.machine.snapshot.isStopped)
    }

    @Test func transfersLeaveASessionOfTheLearnedLimitToMetadata() {
        var driver = MachineDriver(maximum: 10)
        _ = driver.connected(.bulk)
        driver.release(driver.connected(.metadata))
        let bulk = driver.request(.bulk)
        driver.release(bulk)
        let third = driver.request(.bulk)
        let fourth = driver.request(.bulk)
        #expect(driver.granted[third] != nil)
        driver.fail(refused)
        driver.release(third)
        #expect(driver.isWaiting(fourth))
    }
}
