import Glibc

/// Runs commands under a time limit and measures them.
///
/// Waiting blocks the thread: this program does one thing at a time, so that nothing of its own disturbs what it
/// measures. (The relay of the slow line lives on threads of SwiftNIO.)
struct Stopwatch: Sendable {
    /// For one command, with the wait for its result.
    let limit: Duration
    /// Takes what commands print.
    let folder: String

    var outputFile: String { "\(folder)/output" }
    var errorFile: String { "\(folder)/errors" }

    /// Runs a command to its end.
    ///
    /// - Parameters:
    ///   - daemon: the FUSE daemon that works for the command; its time is added, and the memory is its own: what ls or cp
    ///     takes says nothing about who mounted the folder.
    ///   - isSettled: whether the result stands where it belongs; asked after the end until it does.
    ///   - abort: sets free a command that hangs in a system call.
    func measure(
        _ command: CommandLine, daemon: pid_t? = nil, until isSettled: () throws -> Bool = { true },
        abort: () async -> Void = {}
    ) async throws -> Measurement {
        try command.requireProgram()
        let cpuBefore = daemon.map { ProcessTable.cpu(ofTree: $0) } ?? 0
        var memory = MemoryWatch()
        // Nobody is to wait for the disk because of what was written before.
        sync()
        let machineBefore = ProcessTable.busyTime()
        let start = ContinuousClock.now
        let child = try Spawn(command, outputFile: outputFile, errorFile: errorFile)
        guard watch(child, &memory, of: daemon ?? child.pid, until: start + limit) else {
            await free(child, abort)
            throw TrialFailure.overLimit(limit.seconds)
        }
        let (status, cpu) = child.collect()
        try checkStatus(status)
        guard try await settle(isSettled, start: start) else { throw TrialFailure.overLimit(limit.seconds) }
        let wall = ContinuousClock.now - start
        let machine = ProcessTable.busyTime() - machineBefore
        if let daemon { memory.look(at: daemon) }
        let cpuAfter = daemon.map { ProcessTable.cpu(ofTree: $0) } ?? 0
        return Measurement(
            wall: wall.seconds, cpu: cpu + cpuAfter - cpuBefore, peakMemory: memory.total, machine: machine)
    }

    private func watch(
        _ child: borrowing Spawn, _ memory: inout MemoryWatch, of root: pid_t, until deadline: ContinuousClock.Instant
    ) -> Bool {
        var pause = Duration.milliseconds(1)
        while ContinuousClock.now < deadline {
            if child.hasEnded(within: min(pause, deadline - .now)) { return true }
            memory.look(at: root)
            pause = min(pause * 2, .milliseconds(50))
        }
        return false
    }

    /// A process inside a request to a FUSE daemon cannot even be killed before that connection is cut.
    private func free(_ child: borrowing Spawn, _ abort: () async -> Void) async {
        child.kill()
        await abort()
        if child.hasEnded(within: .seconds(10)) { _ = child.collect() }
    }

    private func settle(_ isSettled: () throws -> Bool, start: ContinuousClock.Instant) async throws -> Bool {
        var pause = Duration.milliseconds(1)
        while try !isSettled() {
            if ContinuousClock.now - start > limit { return false }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(20))
        }
        return true
    }

    private func checkStatus(_ status: CInt) throws {
        guard status != 0 else { return }
        let signal = status & 0x7F
        let end = signal == 0 ? "exit \((status >> 8) & 0xFF)" : "signal \(signal)"
        let said = (Disk.text(outputFile) ?? "") + (Disk.text(errorFile) ?? "")
        throw TrialFailure.wrong("\(end): \(TrialFailure.complaint(in: said))")
    }
}
