import FileModel
import Testing

@testable import ConnectionPool

@Suite(.timeLimit(.minutes(1))) struct PoolTests {
    let server = FakeServer()
    let clock = ManualTime()

    private func pool(
        _ maximum: Int, streams: Int = 1, slots: any ConnectionSlots = UnlimitedSlots(),
        _ adjust: (inout PoolConfiguration) -> Void = { _ in }
    ) -> Pool<FakeConnection> {
        var configuration = PoolConfiguration(name: "ftp://u@host", maximumConnections: maximum)
        configuration.streamsPerConnection = streams
        adjust(&configuration)
        return Pool(configuration, slots: slots, time: clock.time) { [server] () async throws(StorageError) in
            try await server.connect()
        }
    }

    @Test func aReleasedConnectionIsUsedAgain() async throws {
        let pool = pool(3)
        let first = try await pool.lease(.metadata)
        first.release()
        let second = try await pool.lease(.metadata)
        #expect(first.connection === second.connection && server.connections.count == 1)
        await pool.shutdown()
    }

    @Test func aDroppedLeaseIsReleased() async throws {
        let pool = pool(1)
        do { _ = try await pool.lease(.bulk) }
        let next = try await pool.lease(.bulk)
        #expect(next.connection.number == 0)
        next.release()
        next.release()
        #expect(pool.snapshot().leases == 0)
        await pool.shutdown()
    }

    @Test func manyTasksNeverExceedTheCapAndAllAreServed() async throws {
        let pool = pool(3)
        let active = Shared(0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<500 {
                group.addTask {
                    let priority = LeasePriority.allCases[number % LeasePriority.allCases.count]
                    try await pool.withConnection(priority) { _ async throws(StorageError) in
                        #expect(active.change { $0 += 1 } <= 3)
                        await Task.yield()
                        active.change { $0 -= 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(server.peak <= 3 && server.connections.count <= 3)
        await pool.shutdown()
        #expect(server.open == 0)
    }

    @Test func aCancelledTaskLeavesTheLine() async throws {
        let pool = pool(1)
        let holder = try await pool.lease(.metadata)
        let waiting = Task { try await pool.lease(.metadata) }
        try await eventually { pool.hasWaiters }
        waiting.cancel()
        let error = await #expect(throws: StorageError.self) { _ = try await waiting.value }
        #expect(error?.code == .cancelled && !pool.hasWaiters)
        holder.release()
        await pool.shutdown()
    }

    @Test func aTaskCancelledBeforeItAskedDoesNotWait() async throws {
        let pool = pool(1)
        let holder = try await pool.lease(.metadata)
        let gate = Shared(false)
        let waiting = Task {
            while !gate.value { await Task.yield() }
            _ = try await pool.lease(.metadata)
        }
        waiting.cancel()
        gate.change { $0 = true }
        let error = await #expect(throws: StorageError.self) { try await waiting.value }
        #expect(error?.code == .cancelled)
        holder.release()
        await pool.shutdown()
    }

    @Test func theDeadlineEndsTheWait() async throws {
        let pool = pool(1)
        let holder = try await pool.lease(.metadata)
        let waiting = Task { try await pool.lease(.metadata, deadline: clock.now + .seconds(5)) }
        try await eventually { pool.hasWaiters }
        clock.advance(.seconds(5))
        let error = await #expect(throws: StorageError.self) { _ = try await waiting.value }
        #expect(error?.code == .timedOut)
        holder.release()
        await pool.shutdown()
    }

    @Test(arguments: [StorageError.Code.connectionLost, .timedOut, .protocolViolation])
    func aBrokenConnectionIsReplaced(code: StorageError.Code) async throws {
        let pool = pool(1)
        try await pool.withConnection(.metadata) { _ async throws(StorageError) in }
        await #expect(throws: StorageError.self) {
            try await pool.withConnection(.metadata) { _ async throws(StorageError) in
                throw StorageError(code, "broken")
            }
        }
        let next = try await pool.lease(.metadata)
        #expect(next.connection.number == 1 && server.connections[0].isEnded)
        next.release()
        await pool.shutdown()
    }

    @Test func anErrorOfOnePathKeepsTheConnection() async throws {
        let pool = pool(1)
        await #expect(throws: StorageError.self) {
            try await pool.withConnection(.metadata) { _ async throws(StorageError) in
                throw StorageError(.notFound, "a does not exist")
            }
        }
        let next = try await pool.lease(.metadata)
        #expect(next.connection.number == 0)
        next.release()
        await pool.shutdown()
    }

    @Test func aConnectionThatEndsWhileIdleIsNotHandedOut() async throws {
        let pool = pool(1)
        try await pool.withConnection(.metadata) { _ async throws(StorageError) in }
        server.connections[0].end(StorageError(.connectionLost, "idle too long"))
        let next = try await pool.lease(.metadata)
        #expect(next.connection.number == 1)
        next.release()
        await pool.shutdown()
    }

    @Test func idleConnectionsAreCheckedAndThenClosed() async throws {
        let pool = pool(1) {
            $0.keepAlive = .seconds(20); $0.idleTimeout = .seconds(50)
        }
        try await pool.withConnection(.metadata) { _ async throws(StorageError) in }
        let connection = server.connections[0]
        clock.advance(.seconds(20))
        try await eventually { connection.checks == 1 && pool.snapshot().idle == 1 }
        clock.advance(.seconds(30))
        try await eventually { connection.isEnded && pool.snapshot().open == 0 }
        await pool.shutdown()
    }

    @Test func aFailedCheckEndsTheConnection() async throws {
        let pool = pool(1) { $0.keepAlive = .seconds(20) }
        try await pool.withConnection(.metadata) { _ async throws(StorageError) in }
        server.connections[0].failChecks(StorageError(.connectionLost, "gone"))
        clock.advance(.seconds(20))
        try await eventually { server.connections[0].isEnded }
        await pool.shutdown()
    }

    @Test func withNothingConnectedTheErrorComesAtOnce() async throws {
        let pool = pool(3)
        server.fail(StorageError(.unreachable, "nobody answers"))
        let error = await #expect(throws: StorageError.self) { _ = try await pool.lease(.metadata) }
        #expect(error?.code == .unreachable)
        #expect(pool.snapshot().lastError?.code == .unreachable)
        await pool.shutdown()
    }

    @Test func aWrongPasswordIsTriedOnceUntilReset() async throws {
        let pool = pool(3)
        server.fail(StorageError(.loginFailed, "wrong password"))
        for _ in 0..<3 {
            let error = await #expect(throws: StorageError.self) { _ = try await pool.lease(.metadata) }
            #expect(error?.code == .loginFailed)
        }
        server.fail(nil)
        await #expect(throws: StorageError.self) { _ = try await pool.lease(.metadata) }
        #expect(server.connections.isEmpty)
        pool.reset()
        try await pool.lease(.metadata).release()
        await pool.shutdown()
    }

    @Test func anIdleHolderGivesItsSessionBack() async throws {
        let pool = pool(1)
        let held = try await pool.lease(.stream)
        held.onPressure { [weak held] in
            Task { held?.release() }
            return true
        }
        try await pool.withConnection(.metadata) { _ async throws(StorageError) in }
        #expect(server.connections.count == 1)
        await pool.shutdown()
    }

    @Test func aBusyHolderIsAskedAgainUntilItAgrees() async throws {
        let pool = pool(1)
        let stream = try await pool.lease(.stream)
        let asked = Shared(0)
        stream.onPressure { asked.change { $0 += 1 } == 3 }
        let lookup = Task { try await pool.lease(.metadata) }
        for times in 1...3 {
            try await eventually { asked.value == times }
            clock.advance(.milliseconds(100))
        }
        stream.release()
        try await lookup.value.release()
        #expect(asked.value == 3)
        await pool.shutdown()
    }

    @Test func leaseIfFreeNeverWaits() async throws {
        let pool = pool(2)
        let first = try #require(await pool.leaseIfFree(.bulk))
        #expect(await pool.leaseIfFree(.stream) == nil)
        let second = try #require(await pool.leaseIfFree(.metadata))
        #expect(await pool.leaseIfFree(.metadata) == nil)
        first.release()
        second.release()
        await pool.shutdown()
    }

    @Test func stripesComeOnConnectionsOfTheirOwn() async throws {
        let pool = pool(4, streams: 16)
        var leases = [try await pool.lease(.bulk)]
        while let next = await pool.leaseIfFree(.bulk, apartFrom: leases) { leases.append(next) }
        #expect(Set(leases.map(\.connection.number)).count == 4)
        await pool.shutdown()
    }

    @Test func shutdownEndsEverythingAndRefusesTheRest() async throws {
        let pool = pool(2)
        let held = [try await pool.lease(.metadata), try await pool.lease(.metadata)]
        let waiting = Task { try await pool.lease(.metadata) }
        try await eventually { pool.hasWaiters }
        await pool.shutdown()
        await pool.shutdown()
        let error = await #expect(throws: StorageError.self) { _ = try await waiting.value }
        #expect(error?.code == .cancelled && server.open == 0)
        await #expect(throws: StorageError.self) { _ = try await pool.lease(.metadata) }
        #expect(await pool.leaseIfFree(.metadata) == nil)
        for lease in held { lease.release() }
    }

    @Test func aDroppedPoolClosesItsConnections() async throws {
        do {
            let pool = pool(2)
            try await pool.withConnection(.metadata) { _ async throws(StorageError) in }
        }
        try await eventually { server.open == 0 }
    }
}

/// Two pools under one cap.
@Suite(.timeLimit(.minutes(1))) struct SharedSlotsTests {
    private func pool(_ server: FakeServer, _ slots: LocalSlots, maximum: Int) -> Pool<FakeConnection> {
        var configuration = PoolConfiguration(name: "ftp://u@host", maximumConnections: maximum)
        configuration.turn = .milliseconds(5)
        configuration.pressureInterval = .milliseconds(5)
        return Pool(configuration, slots: slots) { () async throws(StorageError) in try await server.connect() }
    }

    @Test(arguments: [(1, 2), (1, 3), (2, 3), (3, 3), (5, 2)])
    func poolsShareTheCapAndAllGetOn(count: Int, people: Int) async throws {
        let server = FakeServer()
        let first = LocalSlots(count: count)
        let pools = (0..<people).map { pool(server, $0 == 0 ? first : first.sharing(), maximum: count) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for pool in pools {
                for _ in 0..<40 {
                    group.addTask {
                        try await pool.withConnection(.bulk) { _ async throws(StorageError) in
                            try? await Task.sleep(for: .milliseconds(1))
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(server.peak <= count)
        for pool in pools { await pool.shutdown() }
        #expect(first.demand == .none && server.open == 0)
    }

    @Test func aCancelledWaitTakesNothing() async throws {
        let slots = LocalSlots(count: 1)
        let other = slots.sharing()
        let held = try await slots.acquire()
        let waiting = Task { try await other.acquire() }
        try await eventually { slots.demand.wanted == 1 }
        waiting.cancel()
        let error = await #expect(throws: StorageError.self) { _ = try await waiting.value }
        #expect(error?.code == .cancelled && slots.demand == .none)
        held.release()
        held.release()
        #expect(try await other.acquireIfFree() != nil)
    }

    @Test func aDroppedSlotIsFree() async throws {
        let slots = LocalSlots(count: 1)
        do { _ = try await slots.acquire() }
        #expect(try await slots.acquireIfFree() != nil)
    }
}
