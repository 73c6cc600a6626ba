import FileModel
import Testing

@testable import ConnectionPool

/// How fast connections are opened when many are wanted.
@Suite struct GrowthTests {
    private let refused = StorageError(.tooManyConnections, "421")

    private func driver(hasLoggedIn: Bool = false) -> MachineDriver {
        MachineDriver(maximum: 25, hasLoggedIn: hasLoggedIn) { $0.mostConnecting = 25 }
    }

    /// Establishes all that is under way, as one round trip does.
    private func wave(_ driver: inout MachineDriver, isDear: Bool = false) -> Int {
        let count = driver.connects.count
        for _ in 0..<count { driver.establish(isDear: isDear) }
        return count
    }

    @Test func everySessionLetInVouchesForOneAttempt() {
        var driver = driver()
        for _ in 0..<30 { _ = driver.request(.bulk) }
        #expect([wave(&driver), wave(&driver)] == [1, 4])
        #expect([wave(&driver), wave(&driver)] == [5, 10])
        #expect(driver.connects.count == 4, "24 carry transfers, one is left for metadata")
    }

    @Test func whereLoginsAreDearMoreAreMadeOnlyForThoseWhoStillWait() {
        var driver = driver()
        for _ in 0..<30 { _ = driver.request(.bulk) }
        #expect([1, 3].allSatisfy { $0 == wave(&driver, isDear: true) } && driver.connects.isEmpty, "four are enough")
        driver.advance(.milliseconds(999))
        #expect(driver.connects.isEmpty)
        driver.advance(.milliseconds(1))
        #expect(wave(&driver, isDear: true) == 4, "a timer brings them, whatever else happens")
        driver.advance(.seconds(4))
        #expect(driver.machine.connections.count + driver.connects.count >= 24)
        driver.shutdown()
        #expect(!driver.remembered.contains { if case .sessionsHeld = $0 { true } else { false } })
    }

    @Test func aServerThatRefusedOneIsAskedGently() {
        var driver = driver()
        for _ in 0..<30 { _ = driver.request(.bulk) }
        _ = wave(&driver)
        _ = wave(&driver)
        driver.fail(refused)
        let others = driver.connects.count
        for _ in 0..<others { driver.fail(refused) }
        driver.advance(.seconds(60))
        #expect(driver.connects.count <= 4 && driver.machine.snapshot.learnedLimit == 5)
    }

    @Test func asManyAsTheServerHeldBeforeAreAskedForAtOnce() {
        var driver = driver()
        driver.recall(ServerKnowledge(sinceLogin: .seconds(10), sessionsHeld: 20))
        for _ in 0..<30 { _ = driver.request(.bulk) }
        #expect(driver.connects.count == 20)
    }

    @Test func withoutAGoodLoginThereIsOneAttemptWhateverWasHeldBefore() {
        var driver = driver()
        driver.recall(ServerKnowledge(sessionsHeld: 20))
        for _ in 0..<30 { _ = driver.request(.bulk) }
        #expect(driver.connects.count == 1)
    }

    @Test func connectionsAreOpenedForRequestsThatAreExpected() {
        var driver = driver(hasLoggedIn: true)
        driver.perform(driver.machine.streamsExpected(6, driver.moment))
        #expect(driver.connects.count == 4)
        _ = wave(&driver)
        _ = wave(&driver)
        #expect(driver.connects.isEmpty && driver.machine.connections.count == 6)
        let leases = (0..<6).map { _ in driver.request(.bulk) }
        #expect(leases.allSatisfy { driver.granted[$0] != nil })
    }

    @Test func anExpectationEndsWithAFailureAndAfterSomeSeconds() {
        var driver = driver()
        driver.perform(driver.machine.streamsExpected(6, driver.moment))
        driver.fail(StorageError(.unreachable, "down"))
        #expect(driver.connects.isEmpty)
        driver.perform(driver.machine.streamsExpected(6, driver.moment))
        driver.advance(.seconds(6))
        #expect(driver.machine.wantedStreams(driver.now) == 0)
    }

    @Test func theMostThatWasOpenIsRememberedAtTheEnd() {
        var driver = driver()
        for _ in 0..<30 { _ = driver.request() }
        while wave(&driver) > 0 {}
        #expect(!driver.remembered.contains(.sessionsHeld(25)))
        driver.perform(driver.machine.shutdown())
        #expect(driver.remembered.contains(.sessionsHeld(25)))
    }

    @Test func whatIsKnownAlreadyIsNotWrittenAgain() {
        var driver = driver()
        driver.recall(ServerKnowledge(sinceLogin: .seconds(10), sessionsHeld: 25))
        for _ in 0..<30 { _ = driver.request() }
        while wave(&driver) > 0 {}
        driver.perform(driver.machine.shutdown())
        #expect(!driver.remembered.contains(.sessionsHeld(25)))
    }
}
