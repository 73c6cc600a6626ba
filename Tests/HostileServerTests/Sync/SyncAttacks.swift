import FaultInjection
import FileModel
import NIOCore
import RemoteFileSystem
import SyncEngine
import TestServers
import Testing

import SyncCore

/// A server that wants a synchronisation to write or read outside its folder.
@Suite(.timeLimit(.minutes(1)))
struct SyncAttacks {
    private let bench: SyncBench

    init() throws { bench = try SyncBench() }

    /// First a link that leads out, later a folder of the same name with a file in it.
    @Test(arguments: [LinkPolicy.skip, .link, .follow])
    func aLinkThatBecomesAFolder(_ links: LinkPolicy) async throws {
        let remote = InMemoryRemote(style: .randomAccess)
        try bench.write("outside/kept.txt", "kept")
        try await remote.createSymbolicLink(.named("way"), target: Array("../outside".utf8))
        _ = await bench.pull(remote, links)
        try await remote.removeFile(.named("way"))
        try await remote.createDirectory(.named("way"), permissions: nil)
        try await remote.write("owned.txt", in: "way")
        try await remote.write("kept.txt", in: "way")
        _ = await bench.pull(remote, links)
        #expect(try bench.names("outside") == ["kept.txt"])
        #expect(try bench.read("outside/kept.txt") == "kept")
    }

    /// The user's own link inside the local folder must not be written through.
    @Test(arguments: [LinkPolicy.skip, .link, .follow])
    func aLocalLinkInTheWay(_ links: LinkPolicy) async throws {
        let remote = InMemoryRemote(style: .randomAccess)
        try bench.write("outside/kept.txt", "kept")
        try bench.link("local/way", to: "../outside")
        try await remote.createDirectory(.named("way"), permissions: nil)
        try await remote.write("owned.txt", in: "way")
        _ = await bench.pull(remote, links)
        #expect(try bench.names("outside") == ["kept.txt"])
    }

    /// A listing that shows a folder, which on the server is a link out of the root: what it holds is not fetched.
    @Test func aServersLinkIsNotFollowed() async throws {
        let site = try await HostileSFTPSite(Self.linkServer.serve)
        let report = await bench.pull(site.remote, .skip)
        #expect(report.outcome == .success, "\(report.error.map { "\($0)" } ?? "")")
        #expect(try bench.names("local").isEmpty)
        try await site.stop()
    }

    private static var linkServer: HostileSFTP {
        var hostile = HostileSFTP()
        hostile.acts[.readdir] = { call, peer in
            // Odd READDIRs name the link; whoever follows it would see its contents next.
            let packet = call.id % 2 == 1 ? Packet.names(call.id, ["way"], mode: 0o120777) : .status(call.id, 1)
            try await peer.send(packet.bytes)
        }
        hostile.answer(.stat) { Packet.file($0, size: 0, mode: 0o040755) }
        hostile.answer(.lstat) { Packet.file($0, size: 0, mode: 0o040755) }
        return hostile
    }

    /// The sum of all sizes is more than a number can hold.
    @Test func sizesWhoseSumOverflows() async throws {
        var hostile = HostileSFTP()
        let tally = Tally()
        hostile.acts[.readdir] = { call, peer in
            tally.add()
            let packet =
                tally.count % 2 == 1
                ? Packet.names(call.id, ["a", "b", "c"], size: .max) : .status(call.id, 1)
            try await peer.send(packet.bytes)
        }
        hostile.answer(.lstat) { Packet.file($0, size: .max, mode: 0o040755) }
        hostile.answer(.stat) { Packet.file($0, size: .max, mode: 0o040755) }
        let site = try await HostileSFTPSite(hostile)
        // A conflict counts both sides.
        try bench.write("local/a", "mine")
        for mode in [SyncMode.pull, .twoWay] {
            let report = await bench.run(site.remote, mode, .skip, isDryRun: true)
            #expect(report.plan.copies.local == 3, "\(mode): \(report.error.map { "\($0)" } ?? "")")
            #expect(report.plan.bytes == .max)
        }
        try await site.stop()
    }
}
