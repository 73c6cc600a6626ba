import FileModel
import Testing

@testable import ConnectionPool

/// Deadlines, idle closes and checks.
@Suite struct TimingTests {
    @Test func aWaiterLeavesAtItsDeadline() {
        var driver = MachineDriver(maximum: 1)
        let holder = driver.connected()
        let short = driver.request(within: .seconds(2))
        let long = driver.request(within: .seconds(5))
        driver.advance(.milliseconds(1999))
        #expect(driver.isWaiting(short))
        driver.advance(.milliseconds(1))
        #expect(driver.refusal(short)?.code == .timedOut && driver.isWaiting(long))
        driver.release(holder)
        #expect(driver.granted[long] != nil)
    }

    @Test func aDeadlineInThePastFailsAtOnceUnlessAStreamIsFree() {
        var driver = MachineDriver(maximum: 1)
        _ = driver.connected()
        let late = driver.request(within: .zero)
        #expect(driver.refusal(late)?.code == .timedOut)
    }

    @Test func theTimeoutNamesTheServerAndTheReason() {
        var driver = MachineDriver(maximum: 2)
        _ = driver.connected()
        _ = driver.connected()
        let waiter = driver.request(within: .seconds(1))
        driver.advance(.seconds(1))
        #expect(driver.refusal(waiter)?.message.contains("ftp://u@host") == true)
        #expect(driver.refusal(waiter)?.message.contains("2 of 2") == true)
    }

    @Test func aCancelledWaiterIsAnsweredAndPassedOver() {
        var driver = MachineDriver(maximum: 1)
        let holder = driver.connected()
        let cancelled = driver.request()
        let next = driver.request()
        driver.cancel(cancelled)
        #expect(driver.refusal(cancelled) == .cancelled)
        driver.release(holder)
        #expect(driver.granted[next] != nil)
        driver.cancel(next)
        #expect(driver.granted[next] != nil)
    }

    @Test func anIdleConnectionIsClosedAfterItsTime() {
        var driver = MachineDriver()
        driver.release(driver.connected())
        driver.advance(.milliseconds(59_999))
        #expect(driver.closes.isEmpty)
        driver.advance(.milliseconds(1))
        #expect(driver.closes.count == 1)
        driver.finishClose()
        #expect(driver.machine.connections.isEmpty && driver.forgotten.count == 1)
        #expect(driver.machine.nextTimer(driver.now) == nil)
    }

    @Test func aLeasedConnectionIsNotIdle() {
        var driver = MachineDriver()
        let lease = driver.connected()
        driver.advance(.seconds(3600))
        #expect(driver.closes.isEmpty)
        driver.release(lease)
        driver.advance(.seconds(59))
        #expect(driver.closes.isEmpty)
    }

    @Test func aQuietConnectionIsCheckedAndStillClosedWhenIdle() {
        var driver = MachineDriver { $0.keepAlive = .seconds(25) }
        driver.release(driver.connected())
        driver.advance(.seconds(25))
        #expect(driver.checks.count == 1)
        driver.finishCheck()
        driver.advance(.seconds(25))
        #expect(driver.checks.count == 1)
        driver.finishCheck()
        driver.advance(.seconds(10))
        #expect(driver.closes.count == 1 && driver.checks.isEmpty)
    }

    @Test func aFailedCheckClosesTheConnection() {
        var driver = MachineDriver { $0.keepAlive = .seconds(25) }
        driver.release(driver.connected())
        driver.advance(.seconds(25))
        driver.finishCheck(StorageError(.connectionLost, "gone"))
        #expect(driver.closes.count == 1)
    }

    @Test func anUnansweredCheckClosesTheConnection() {
        var driver = MachineDriver { $0.keepAlive = .seconds(25) }
        driver.release(driver.connected())
        driver.advance(.seconds(40))
        #expect(driver.closes.count == 1)
        driver.finishCheck()
        #expect(driver.closes.count == 1)
    }

    @Test func aCheckTakesTheOnlyStreamAndItsEndServesTheWaiter() {
        var driver = MachineDriver(maximum: 3) { $0.keepAlive = .seconds(25) }
        driver.release(driver.connected())
        driver.advance(.seconds(25))
        let lease = driver.request()
        #expect(driver.isWaiting(lease) && driver.connects.isEmpty)
        driver.finishCheck()
        #expect(driver.granted[lease] != nil)
    }

    @Test func streamsOfOneConnectionAreCheckedBesideOthers() {
        var driver = MachineDriver(streams: 4) { $0.keepAlive = .seconds(25) }
        _ = driver.connected(.stream)
        driver.advance(.seconds(25))
        #expect(driver.checks.count == 1)
        let lease = driver.request()
        #expect(driver.granted[lease] != nil)
    }
}

@Suite struct ShutdownTests {
    @Test func everythingEndsAndThenItIsFinished() {
        var driver = MachineDriver(maximum: 3)
        let leased = driver.connected()
        driver.release(driver.connected())
        let waiting = [driver.request(.metadata), driver.request(), driver.request(), driver.request()]
        driver.shutdown()
        #expect(waiting[1...].allSatisfy { driver.refusal($0)?.code == .cancelled })
        #expect(driver.closes.count == 2 && driver.abandoned.count == 1 && !driver.isFinished)
        driver.fail(.cancelled)
        driver.finishClose()
        driver.finishClose()
        #expect(driver.isFinished)
        driver.release(leased)
        let late = driver.request()
        #expect(driver.refusal(late)?.code == .cancelled)
    }

    @Test func anAttemptThatSucceedsAfterwardsIsClosed() {
        var driver = MachineDriver()
        _ = driver.request()
        driver.shutdown()
        driver.establish()
        #expect(driver.closes.count == 1 && !driver.isFinished)
        driver.finishClose()
        #expect(driver.isFinished)
    }

    @Test func aSlotGrantedAfterwardsIsGivenBack() {
        var driver = MachineDriver()
        driver.slotsAtOnce = false
        _ = driver.request()
        driver.shutdown()
        driver.grantSlot()
        #expect(driver.forgotten.count == 1 && driver.connects.isEmpty && driver.isFinished)
    }

    @Test func anUnusedPoolIsFinishedAtOnce() {
        var driver = MachineDriver()
        driver.shutdown()
        #expect(driver.isFinished)
    }
}
