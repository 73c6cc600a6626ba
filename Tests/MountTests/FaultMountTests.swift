import FaultInjection
import FileModel
import Glibc
import TestServers
import Testing
import SeededRandom

/// A line that delays, is cut after a byte, stalls and resets; a disk that takes nothing.
@Suite(.timeLimit(.minutes(5)), .serialized)
struct FaultMountTests {
    private static let limits = [
        "timeout=2s", "connect_timeout=2s", "attribute_timeout=0s", "directory_timeout=0s", "negative_timeout=0s",
    ]

    /// Errors that speak of the line. ESTALE: what was open cannot be told apart from another file any more.
    private static let honest: Set<CInt> = [EIO, ETIMEDOUT, ESTALE]

    private static let faults: [Fault.Action] = [.close, .reset, .stall]

    /// Cuts at bytes that a seed chooses: in the handshake, in a header, in the data, near the end.
    @Test(arguments: [Site.sftp, .ftp, .ftpes])
    func readsThroughACutLineAreRightOrFail(site: Site) async throws {
        let seed = Environment.seed
        var random = SeededGenerator(seed: seed)
        let mount = try await ServerMount(site, relayed: true, options: Self.limits)
        let relay = try #require(mount.relay)
        let content = pattern(1_500_000)
        try Files.store(mount.disk("f"), content)
        relay.latency = .roundTrip(.milliseconds(4))
        var failures = 0
        for round in 0..<(Environment.isSoak ? 200 : 4) {
            let action = Self.faults[round % 3]
            let bytes = Int.random(in: 0..<1_600_000, using: &random)
            let role: ConnectionRole = site == .sftp || Bool.random(using: &random) ? .control : .data
            let place = role == .control && site != .sftp ? bytes % 4000 : bytes
            relay.inject(Fault(action, after: place, .toClient, on: role))
            // The connections of the round before would not meet the fault.
            relay.resetAll()
            let start = ContinuousClock.now
            do {
                let read = try await mount.work(within: 60) { [f = mount("f")] in try Files.content(f) }
                #expect(read == content, "wrong bytes after \(action) at \(bytes), seed \(seed)")
            } catch let error as SystemError {
                #expect(Self.honest.contains(error.code), "\(error) after \(action) at \(bytes), seed \(seed)")
                failures += 1
            }
            #expect(ContinuousClock.now - start < .seconds(20), "\(action) at \(bytes), seed \(seed)")
        }
        relay.resetAll()
        let isBack = await eventually(within: .seconds(10)) {
            (try? await mount.work { [f = mount("f")] in try Files.content(f) }) == content
        }
        #expect(isBack, "\(failures) rounds failed, seed \(seed): \(mount.errors)")
        _ = await mount.terminate()
    }

    @Test(arguments: [Site.sftp, .ftp, .ftpes])
    func writesThatReportedSuccessAreComplete(site: Site) async throws {
        let seed = Environment.seed
        var random = SeededGenerator(seed: seed)
        let mount = try await ServerMount(site, relayed: true, options: Self.limits)
        let relay = try #require(mount.relay)
        var successes = 0
        for round in 0..<(Environment.isSoak ? 200 : 6) {
            let content = Array(pattern(700_000 + round).dropFirst(round))
            let bytes = Int.random(in: 0..<900_000, using: &random)
            let role: ConnectionRole = site == .sftp || Bool.random(using: &random) ? .control : .data
            let place = role == .control && site != .sftp ? bytes % 2000 : bytes
            relay.inject(Fault(Self.faults[round % 3], after: place, .toServer, on: role))
            relay.resetAll()
            let name = "f\(round)"
            do {
                try await mount.work(within: 60) { [f = mount(name)] in try Files.store(f, content) }
                successes += 1
                #expect(try Files.content(mount.disk(name)) == content, "round \(round) at \(bytes), seed \(seed)")
            } catch let error as SystemError where Self.honest.contains(error.code) {
                continue
            }
        }
        relay.resetAll()
        let isBack = await eventually(within: .seconds(10)) {
            (try? await mount.work { [f = mount("last")] in try Files.store(f, pattern(1000)) }) != nil
        }
        #expect(isBack, "\(successes) rounds succeeded, seed \(seed): \(mount.errors)")
        #expect(try Files.content(mount.disk("last")) == pattern(1000))
        _ = await mount.terminate()
    }

    /// Without TLS the server takes an orderly cut of the data connection for the end of the file, and confirms it.
    @Test func aCutThatTheServerTakesForTheEndIsTold() async throws {
        let mount = try await ServerMount(.ftp, relayed: true, options: Self.limits)
        let relay = try #require(mount.relay)
        for bytes in [1, 300_000, 699_999] {
            relay.inject(Fault(.close, after: bytes, .toServer, on: .data))
            let name = "cut \(bytes)"
            await #expect(throws: SystemError(EIO)) {
                try await mount.work { [f = mount(name)] in try Files.store(f, pattern(700_000)) }
            }
            #expect(try Files.status(mount.disk(name)).st_size == off_t(bytes))
        }
        let list = try await mount.syncctl(["rescue", "list", "--json"])
        #expect(list.output.split(separator: "\n").count == 3, "\(list.output)")
        _ = await mount.terminate()
    }

    @Test(arguments: [Site.sftp, .ftp])
    func aReadOnlyServerSaysSo(site: Site) async throws {
        let disk = try await SmallDisk(site, megabytes: 4)
        try Files.store("\(disk.server.root)/f", pattern(1000))
        try await disk.remount("ro")
        let mount = try await ServerMount(site, server: disk.server, options: Self.limits)
        try await mount.work { [f = mount("f"), g = mount("g")] () throws -> Void in
            #expect(try Files.content(f) == pattern(1000))
            let refusals: [CInt] = [
                Self.code { try Files.store(g, [1]) }, Self.code { try check(unlink(f)) },
                Self.code { try check(mkdir(g, 0o755)) }, Self.code { try check(truncate(f, 1)) },
            ]
            // Neither SFTP version 3 nor FTP has a word for it, so a plain refusal is all some servers say.
            for code in refusals { #expect([EROFS, EACCES, EIO, EPERM].contains(code), "\(code)") }
            #expect(try Files.content(f) == pattern(1000))
        }
        _ = await mount.terminate()
        try await disk.remount("rw")
    }

    private static func code(_ body: () throws -> Void) -> CInt {
        do {
            try body()
            return 0
        } catch {
            return (error as? SystemError)?.code ?? -1
        }
    }
}
