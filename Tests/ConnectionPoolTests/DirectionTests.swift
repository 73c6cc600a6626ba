import FileModel
import Testing

@testable import ConnectionPool

/// Limits of downloads and uploads.
@Suite struct DirectionTests {
    private func driver(
        _ maximum: Int = 10, streams: Int = 1, down: Int = 2, up: Int = 3
    ) -> MachineDriver {
        MachineDriver(maximum: maximum, streams: streams) {
            $0.maximumDownloadStreams = down
            $0.maximumUploadStreams = up
        }
    }

    /// Answers every attempt.
    private func establishAll(_ driver: inout MachineDriver) {
        while !driver.connects.isEmpty { driver.establish() }
    }

    @Test func eachDirectionKeepsItsOwnLimit() {
        var driver = driver()
        let downloads = (0..<5).map { _ in driver.request(.bulk, .download) }
        let uploads = (0..<5).map { _ in driver.request(.bulk, .upload) }
        establishAll(&driver)
        #expect(downloads.map { driver.granted[$0] != nil } == [true, true, false, false, false])
        #expect(uploads.map { driver.granted[$0] != nil } == [true, true, true, false, false])
        #expect(driver.machine.snapshot.downloadStreams == 2 && driver.machine.snapshot.uploadStreams == 3)
        #expect(driver.machine.connections.count == 5, "a session was opened for nobody")
        driver.release(uploads[0])
        #expect(driver.granted[uploads[3]] != nil && driver.isWaiting(downloads[2]))
    }

    @Test func aFullDirectionHoldsNobodyElseUp() {
        var driver = driver(4, down: 1)
        _ = driver.connected(.bulk, .download)
        let waiting = driver.request(.bulk, .download)
        let upload = driver.request(.bulk, .upload)
        let lookup = driver.request(.metadata)
        establishAll(&driver)
        #expect(driver.granted[upload] != nil && driver.granted[lookup] != nil && driver.isWaiting(waiting))
    }

    @Test func transfersThatShareAConnectionAreOneStream() {
        var driver = driver(10, streams: 4, down: 1)
        let downloads = (0..<6).map { _ in driver.request(.stream, .download) }
        establishAll(&driver)
        #expect(downloads.map { driver.granted[$0] != nil } == [true, true, true, true, false, false])
        let upload = driver.request(.stream, .upload)
        establishAll(&driver)
        #expect(driver.granted[upload] != driver.granted[downloads[0]])
    }

    @Test func onlyHoldersOfTheFullDirectionAreAskedBack() {
        var driver = driver(10, down: 1, up: 1)
        let download = driver.connected(.stream, .download)
        _ = driver.connected(.stream, .upload)
        let next = driver.request(.stream, .download)
        #expect(driver.asked.map(\.leases) == [[download]])
        driver.release(download)
        #expect(driver.granted[next] != nil)
    }

    /// An application that writes at its own pace may never end, so it must leave a stream to those who will.
    @Test func aPacedUploadLeavesAStreamToTheOthers() {
        var driver = driver(10, up: 2)
        driver.release(driver.connected())
        let paced = driver.requestIfFree(.stream, .upload)
        #expect(driver.granted[paced] != nil)
        #expect(driver.refused[driver.requestIfFree(.stream, .upload)] != nil)
        let upload = driver.request(.bulk, .upload)
        establishAll(&driver)
        #expect(driver.granted[upload] != nil)
        var single = self.driver(10, up: 1)
        #expect(single.refused[single.requestIfFree(.stream, .upload)] != nil)
        var narrow = MachineDriver(maximum: 2)
        #expect(narrow.refused[narrow.requestIfFree(.stream, .upload)] != nil)
    }

    /// Eight transfers fill all that transfers may have, many more wait, and still a look-up is served at once.
    @Test func aLookUpGoesAheadOfASaturatedPool() {
        var driver = MachineDriver(maximum: 9)
        for _ in 0..<40 { _ = driver.request(.bulk, .upload) }
        establishAll(&driver)
        #expect(driver.granted.count == 8)
        let lookup = driver.request(.metadata)
        establishAll(&driver)
        #expect(driver.granted[lookup] != nil && driver.granted.count == 9)
    }
}

/// Connections that were silent for long are checked before anybody gets them.
@Suite struct SuspectTests {
    private func idleFor(_ time: Duration, streams: Int = 1, maximum: Int = 3) -> MachineDriver {
        var driver = MachineDriver(maximum: maximum, streams: streams) { $0.idleTimeout = .seconds(10_000) }
        driver.release(driver.connected())
        driver.advance(time)
        return driver
    }

    @Test func aConnectionUsedAMomentAgoIsNotChecked() {
        var driver = idleFor(.seconds(44))
        #expect(driver.granted[driver.request()] != nil && driver.checks.isEmpty)
    }

    @Test(arguments: [1, 8]) func aSilentOneIsCheckedFirst(streams: Int) {
        var driver = idleFor(.seconds(45), streams: streams)
        let lease = driver.request()
        #expect(driver.isWaiting(lease) && driver.checks.count == 1 && driver.connects.isEmpty)
        driver.finishCheck()
        #expect(driver.granted[lease] != nil && driver.machine.connections.count == 1)
    }

    @Test func aDeadOneIsReplacedAndNobodyNotices() {
        var driver = idleFor(.seconds(45))
        let lease = driver.request()
        driver.finishCheck(StorageError(.connectionLost, "reset"))
        driver.finishClose()
        driver.establish()
        #expect(driver.granted[lease] != nil && driver.refused.isEmpty)
    }

    @Test func aSilentOneThatDoesNotAnswerIsGivenUpSoon() {
        var driver = idleFor(.seconds(45))
        let lease = driver.request()
        driver.advance(.seconds(5))
        #expect(driver.closes.count == 1)
        driver.establish()
        #expect(driver.granted[lease] != nil)
    }

    /// The whole machine slept: no timer ran, and every connection is as old as the sleep was long.
    @Test func afterASleepNothingIsHandedOutUnchecked() {
        var driver = MachineDriver(maximum: 3) { $0.keepAlive = .seconds(30) }
        for lease in (0..<3).map({ _ in driver.connected() }) { driver.release(lease) }
        driver.now += .seconds(50)
        let lease = driver.request()
        #expect(driver.isWaiting(lease) && !driver.checks.isEmpty)
        driver.finishCheck()
        #expect(driver.granted[lease] != nil)
    }

    @Test func onlyAsManyAsAreWaitedForAreChecked() {
        var driver = MachineDriver(maximum: 3) { $0.idleTimeout = .seconds(10_000) }
        for lease in (0..<3).map({ _ in driver.connected() }) { driver.release(lease) }
        driver.advance(.seconds(100))
        _ = driver.request()
        #expect(driver.checks.count == 1)
        _ = driver.request()
        #expect(driver.checks.count == 2)
    }

    @Test func whoDoesNotWaitGetsNoSilentOne() {
        var driver = idleFor(.seconds(45), maximum: 1)
        #expect(driver.refused[driver.requestIfFree(.metadata)] != nil)
        var roomy = idleFor(.seconds(45))
        let lease = roomy.requestIfFree(.metadata)
        let fresh = roomy.establish()
        #expect(roomy.granted[lease] == fresh)
    }
}
