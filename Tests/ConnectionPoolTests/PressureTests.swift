import FileModel
import Testing

@testable import ConnectionPool

/// Making room for waiters and for other programs.
@Suite struct PressureTests {
    @Test func idleHoldersAreAskedWhileSomebodyWaits() {
        var driver = MachineDriver(maximum: 1)
        let stream = driver.connected(.stream)
        #expect(driver.asked.isEmpty)
        let lookup = driver.request()
        #expect(driver.asked.map(\.leases) == [[stream]] && driver.asked.map(\.enough) == [1])
        driver.advance(.milliseconds(350))
        #expect(driver.asked.count == 4)
        driver.machine.holdersAgreed([stream])
        driver.advance(.seconds(1))
        #expect(driver.asked.count == 4)
        driver.release(stream)
        #expect(driver.granted[lookup] != nil)
    }

    @Test func nobodyIsAskedWhileAConnectionIsOnItsWay() {
        var driver = MachineDriver(maximum: 2)
        _ = driver.connected(.stream)
        _ = driver.request()
        driver.advance(.seconds(1))
        #expect(driver.asked.isEmpty)
    }

    @Test func transfersAreNotAskedBack() {
        var driver = MachineDriver(maximum: 1)
        _ = driver.connected(.bulk)
        _ = driver.request()
        driver.advance(.seconds(1))
        #expect(driver.asked.isEmpty)
    }

    @Test func idleConnectionsBeyondOurShareCloseAtOnce() {
        var driver = MachineDriver(maximum: 3, sharesSlots: true)
        let leases = (0..<3).map { _ in driver.connected() }
        for lease in leases { driver.release(lease) }
        driver.demand(wanted: 5, surplus: 2)
        #expect(driver.closes.count == 2)
        driver.demand(wanted: 5, surplus: 2)
        #expect(driver.closes.count == 2)
    }

    @Test func anIdleConnectionWithinOurShareIsKeptAWhile() {
        var driver = MachineDriver(maximum: 3, sharesSlots: true)
        driver.release(driver.connected())
        driver.demand(wanted: 5)
        #expect(driver.closes.isEmpty)
        driver.advance(.seconds(5))
        driver.demand(wanted: 5)
        #expect(driver.closes.count == 1)
    }

    @Test func aBusyConnectionBeyondOurShareTakesNoNewLease() {
        var driver = MachineDriver(maximum: 2, sharesSlots: true)
        let first = driver.connected()
        let second = driver.connected()
        driver.slotsAtOnce = false
        driver.demand(wanted: 1, surplus: 1)
        let waiter = driver.request()
        driver.release(first)
        #expect(driver.closes.count == 1 && driver.isWaiting(waiter))
        driver.release(second)
        #expect(driver.granted[waiter] != nil)
    }

    @Test func theDemandMayPass() {
        var driver = MachineDriver(maximum: 2, sharesSlots: true)
        let lease = driver.connected()
        driver.advance(.seconds(2))
        driver.demand(wanted: 1, starving: 1)
        driver.demand(wanted: 0)
        driver.release(lease)
        #expect(driver.closes.isEmpty)
    }

    @Test func aConnectionHasItsTurnBeforeItIsGivenAway() {
        var driver = MachineDriver(maximum: 1, sharesSlots: true)
        let lease = driver.connected()
        driver.demand(wanted: 1, starving: 1)
        let next = driver.request()
        driver.release(lease)
        #expect(driver.granted[next] != nil && driver.closes.isEmpty)
        driver.advance(.seconds(1))
        driver.demand(wanted: 1, starving: 1)
        let after = driver.request()
        driver.release(next)
        #expect(driver.closes.count == 1 && driver.isWaiting(after))
    }

    @Test func holdersOnAConnectionThatYieldsAreAsked() {
        var driver = MachineDriver(maximum: 1, streams: 8, sharesSlots: true)
        let streams = (0..<3).map { _ in driver.connected(.stream) }
        driver.advance(.seconds(2))
        driver.demand(wanted: 1, starving: 1)
        #expect(driver.asked.last?.leases == streams && driver.asked.last?.enough == 3)
        for stream in streams { driver.release(stream) }
        #expect(driver.closes.count == 1)
    }

    @Test func aPlaceInTheLineForSlotsIsGivenUpWhenNobodyWaits() {
        var driver = MachineDriver(maximum: 2)
        driver.slotsAtOnce = false
        let lease = driver.request()
        driver.cancel(lease)
        #expect(driver.abandoned == driver.slotRequests)
        driver.denySlot(.cancelled)
        #expect(driver.machine.connections.isEmpty && driver.machine.backOff.lastError == nil)
    }

    @Test func aSlotThatCameTooLateIsGivenBack() {
        var driver = MachineDriver(maximum: 2)
        driver.slotsAtOnce = false
        let lease = driver.request()
        driver.cancel(lease)
        driver.grantSlot()
        #expect(driver.connects.isEmpty && driver.forgotten.count == 1)
    }

    @Test func aSlotThatCameTooLateServesWhoCameSince() {
        var driver = MachineDriver(maximum: 2)
        driver.slotsAtOnce = false
        driver.cancel(driver.request())
        let next = driver.request()
        driver.grantSlot()
        driver.establish()
        #expect(driver.granted[next] != nil)
    }
}

@Suite struct SlotFairnessTests {
    private typealias Member = SlotFairness.Member

    private func fairness(_ count: Int, _ mine: Member, _ others: [Member]) -> SlotFairness {
        SlotFairness(count: count, mine: mine, others: others)
    }

    @Test func aloneEverythingIsMine() {
        let alone = fairness(3, Member(holding: 2, waiting: 1, since: 1), [])
        #expect(alone.mayTake(free: 1) && alone.demand == .none)
    }

    @Test func whoHasMoreThanItsShareGivesUp() {
        let greedy = fairness(4, Member(holding: 4, waiting: 0, since: 0), [Member(holding: 0, waiting: 9, since: 1)])
        #expect(greedy.demand == SlotDemand(wanted: 9, surplus: 2, starving: 0))
        #expect(!greedy.mayTake(free: 1))
    }

    @Test func equalSharesAreStable() {
        for (mine, other) in [(2, 2), (2, 1), (1, 2)] {
            let pair = fairness(
                3, Member(holding: mine, waiting: 5, since: 1), [Member(holding: other, waiting: 5, since: 2)])
            #expect(pair.demand.surplus == 0 && pair.demand.starving == 0, "\(mine) against \(other)")
        }
    }

    @Test func moreHoldersThanSlotsTakeTurns() {
        let holder = Member(holding: 1, waiting: 0, since: 0)
        let starving = Member(holding: 0, waiting: 1, since: 5)
        #expect(fairness(2, holder, [holder, starving]).demand == SlotDemand(wanted: 1, surplus: 0, starving: 1))
    }

    @Test func theLongestWaitComesFirst() {
        let early = Member(holding: 0, waiting: 1, since: 1)
        let late = Member(holding: 0, waiting: 4, since: 2)
        #expect(fairness(3, early, [late]).mayTake(free: 1))
        #expect(!fairness(3, late, [early]).mayTake(free: 1))
        #expect(fairness(3, late, [early]).mayTake(free: 2))
    }

    /// However slots are lost and taken, everybody who wants one gets one when all give way as they should.
    @Test(.timeLimit(.minutes(1))) func everybodyGetsTheirTurn() {
        for (count, people) in [(1, 2), (3, 2), (3, 5), (25, 4), (2, 9)] {
            var members = (0..<people).map { Member(holding: 0, waiting: 30, since: UInt64($0)) }
            var clock = UInt64(people)
            var served = Set<Int>()
            for _ in 0..<(people * 40) {
                for index in members.indices {
                    let others = members.indices.filter { $0 != index }.map { members[$0] }
                    let free = count - members.reduce(0) { $0 + $1.holding }
                    let mine = fairness(count, members[index], others)
                    if free > 0, members[index].waiting > 0, mine.mayTake(free: free) {
                        members[index].holding += 1
                        members[index].waiting -= 1
                        served.insert(index)
                    } else if mine.demand.surplus > 0 || mine.demand.starving > 0 {
                        clock += 1
                        if members[index].waiting == 0 { members[index].since = clock }
                        members[index].holding -= 1
                        members[index].waiting += 1
                        members[index].since = clock
                    }
                }
            }
            #expect(served.count == people, "\(count) slots, \(people) holders")
            #expect(members.reduce(0) { $0 + $1.holding } <= count)
        }
    }
}
