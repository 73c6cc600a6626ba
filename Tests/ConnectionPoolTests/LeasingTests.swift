import FileModel
import Testing

@testable import ConnectionPool

/// Who is served, from where and when.
@Suite struct LeasingTests {
    @Test func theFirstRequestOpensAConnection() {
        var driver = MachineDriver()
        let lease = driver.request()
        #expect(driver.connects.count == 1 && driver.isWaiting(lease))
        let connection = driver.establish()
        #expect(driver.granted[lease] == connection)
    }

    @Test func anIdleConnectionIsUsedBeforeAnotherIsOpened() {
        var driver = MachineDriver()
        driver.release(driver.connected())
        let second = driver.request()
        #expect(driver.granted[second] != nil && driver.connects.isEmpty)
    }

    @Test func theCapHolds() {
        var driver = MachineDriver(maximum: 3)
        let requests = (0..<10).map { _ in driver.request() }
        #expect(driver.connects.count == 3)
        for _ in 0..<3 { driver.establish() }
        #expect(driver.granted.count == 3 && driver.connects.isEmpty)
        #expect(requests[3...].allSatisfy { driver.isWaiting($0) })
    }

    @Test func aConnectionIsFilledBeforeASecondIsOpened() {
        var driver = MachineDriver(maximum: 3, streams: 64)
        let first = (0..<64).map { _ in driver.request() }
        #expect(driver.connects.count == 1)
        driver.establish()
        #expect(first.allSatisfy { driver.granted[$0] != nil })
        _ = driver.request()
        #expect(driver.connects.count == 1)
    }

    @Test func leasesGoToTheOldestConnectionWithRoom() {
        var driver = MachineDriver(maximum: 3, streams: 2)
        let leases = (0..<4).map { _ in driver.request() }
        let first = driver.establish()
        let second = driver.establish()
        #expect(leases.map { driver.granted[$0] } == [first, first, second, second])
        driver.release(leases[3])
        driver.release(leases[0])
        let next = driver.request()
        #expect(driver.granted[next] == first)
    }

    @Test func attemptsUnderWayAreLimited() {
        var driver = MachineDriver(maximum: 25)
        for _ in 0..<25 { _ = driver.request() }
        #expect(driver.connects.count == 4)
        driver.establish()
        #expect(driver.connects.count == 4)
    }

    @Test func waitersAreServedInOrder() {
        var driver = MachineDriver(maximum: 1)
        let holder = driver.connected()
        let waiters = (0..<5).map { _ in driver.request() }
        driver.release(holder)
        for waiter in waiters { driver.release(waiter) }
        #expect(driver.grantOrder == [holder] + waiters)
    }

    @Test func metadataGoesAheadOfTransfersButNotForEver() {
        var driver = MachineDriver(maximum: 1)
        let holder = driver.connected()
        let bulk = driver.request(.bulk)
        let metadata = (0..<6).map { _ in driver.request(.metadata) }
        driver.release(holder)
        for lease in metadata[..<4] { driver.release(lease) }
        #expect(driver.granted[bulk] != nil, "a transfer starved behind metadata")
        driver.release(bulk)
        #expect(driver.grantOrder == [holder] + metadata[..<4] + [bulk, metadata[4]])
    }

    @Test(arguments: [LeasePriority.bulk, .stream])
    func transfersLeaveASessionForMetadata(priority: LeasePriority) {
        var driver = MachineDriver(maximum: 3)
        let held = (0..<3).map { _ in driver.request(priority) }
        #expect(driver.connects.count == 2)
        driver.establish()
        driver.establish()
        #expect(driver.isWaiting(held[2]))
        let lookup = driver.request(.metadata)
        driver.establish()
        #expect(driver.granted[lookup] != nil)
        driver.release(lookup)
        #expect(driver.isWaiting(held[2]), "the session set aside went to a transfer")
        driver.release(held[0])
        #expect(driver.granted[held[2]] != nil)
    }

    @Test func smallFilesUseEverySession() {
        var driver = MachineDriver(maximum: 3)
        let held = (0..<4).map { _ in driver.request(.brief) }
        for _ in 0..<3 { driver.establish() }
        #expect(held.map { driver.granted[$0] != nil } == [true, true, true, false])
        let lookup = driver.request(.metadata)
        driver.release(held[0])
        #expect(driver.granted[lookup] != nil, "a look waits for the end of one small file")
        driver.release(held[1])
        #expect(driver.granted[held[3]] != nil)
    }

    @Test func smallFilesLeaveTheReserveToMetadataWhereLongTransfersHoldTheRest() {
        var driver = MachineDriver(maximum: 2)
        let long = driver.connected(.bulk)
        let small = driver.request(.brief)
        #expect(driver.granted[long] != nil && driver.isWaiting(small))
        let lookup = driver.request(.metadata)
        driver.establish()
        #expect(driver.granted[lookup] != nil)
    }

    @Test func theOnlySessionServesEverything() {
        var driver = MachineDriver(maximum: 1)
        let stream = driver.connected(.stream)
        #expect(driver.granted[stream] != nil)
    }

    @Test func theOnlySessionOfSeveralStreamsKeepsOneForMetadata() {
        var driver = MachineDriver(maximum: 1, streams: 4)
        let held = (0..<4).map { _ in driver.request(.stream) }
        driver.establish()
        #expect(held.map { driver.granted[$0] != nil } == [true, true, true, false])
        let lookup = driver.request(.metadata)
        #expect(driver.granted[lookup] != nil)
    }

    @Test func aLeaseOnAnEndedConnectionGivesNothingBack() {
        var driver = MachineDriver(maximum: 1)
        let lease = driver.connected(.bulk)
        driver.lose(driver.granted[lease]!)
        let next = driver.request(.bulk)
        driver.advance(.seconds(1))
        driver.establish()
        #expect(driver.granted[next] != nil)
        driver.release(lease)
        driver.release(lease)
        let third = driver.request(.bulk)
        #expect(driver.isWaiting(third))
    }

    @Test func aDiscardedConnectionIsClosedAndReplacedWhenItHasEnded() {
        var driver = MachineDriver(maximum: 1)
        let lease = driver.connected()
        let next = driver.request()
        driver.advance(.seconds(10))
        driver.release(lease, StorageError(.timedOut, "no reply"))
        #expect(driver.closes.count == 1 && driver.connects.isEmpty, "the server may still count the old one")
        driver.finishClose()
        #expect(driver.connects.count == 1)
        driver.establish()
        #expect(driver.granted[next] != nil)
    }
}

/// Requests that do not wait in line.
@Suite struct LeaseIfFreeTests {
    @Test func takesAFreeStreamAtOnce() {
        var driver = MachineDriver(maximum: 1)
        driver.release(driver.connected())
        let lease = driver.requestIfFree(.bulk)
        #expect(driver.granted[lease] != nil)
    }

    @Test func opensAConnectionBelowTheCap() {
        var driver = MachineDriver(maximum: 3)
        _ = driver.connected()
        let lease = driver.requestIfFree(.bulk)
        #expect(driver.isWaiting(lease))
        let connection = driver.establish()
        #expect(driver.granted[lease] == connection)
    }

    @Test func neverWaitsForOthers() {
        var driver = MachineDriver(maximum: 1)
        _ = driver.connected()
        let lease = driver.requestIfFree(.bulk)
        #expect(driver.refused[lease] == .some(.some(nil)))
    }

    @Test func isRefusedWhileOthersWait() {
        var driver = MachineDriver(maximum: 4) { $0.maximumConnecting = 1 }
        _ = driver.connected()
        _ = driver.request()
        _ = driver.request()
        let lease = driver.requestIfFree(.bulk)
        #expect(driver.refused[lease] != nil)
    }

    @Test func leavesTheSessionSetAside() {
        var driver = MachineDriver(maximum: 2)
        _ = driver.connected(.stream)
        let stream = driver.requestIfFree(.stream)
        let lookup = driver.requestIfFree(.metadata)
        #expect(driver.refused[stream] != nil)
        driver.establish()
        #expect(driver.granted[lookup] != nil)
    }

    @Test func twoRequestsDoNotShareOneRoom() {
        var driver = MachineDriver(maximum: 3)
        let first = driver.requestIfFree(.stream)
        let second = driver.requestIfFree(.stream)
        let third = driver.requestIfFree(.stream)
        #expect(driver.connects.count == 2 && driver.refused[third] != nil)
        driver.establish()
        driver.establish()
        #expect(driver.granted[first] != nil && driver.granted[second] != nil)
    }

    @Test func comesOnAnotherConnectionWhenAsked() {
        var driver = MachineDriver(maximum: 3, streams: 8)
        let first = driver.connected(.bulk)
        let connection = driver.granted[first]!
        let same = driver.requestIfFree(.bulk)
        #expect(driver.granted[same] == connection)
        let other = driver.requestIfFree(.bulk, apartFrom: [connection])
        let second = driver.establish()
        #expect(driver.granted[other] == second && second != connection)
    }

    @Test func aFailedAttemptIsNothingFree() {
        var driver = MachineDriver(maximum: 3)
        _ = driver.connected()
        let lease = driver.requestIfFree(.bulk)
        driver.fail(StorageError(.unreachable, "no route"))
        #expect(driver.refused[lease] == .some(.some(nil)))
    }

    @Test func aSlotThatIsNotFreeIsNothingFree() {
        var driver = MachineDriver(maximum: 3)
        _ = driver.connected()
        driver.slotsAtOnce = false
        let lease = driver.requestIfFree(.bulk)
        driver.denySlot(nil)
        #expect(driver.refused[lease] == .some(.some(nil)))
        #expect(driver.machine.connections.count == 1)
    }

    @Test func aCancelledRequestLeavesItsConnectionToOthers() {
        var driver = MachineDriver(maximum: 3)
        let lease = driver.requestIfFree(.bulk)
        driver.cancel(lease)
        #expect(driver.refusal(lease)?.code == .cancelled)
        let next = driver.request()
        driver.establish()
        #expect(driver.granted[next] != nil && driver.connects.isEmpty)
    }
}
