import Foundation
import TestServers
import Testing

extension Scenarios.ProbeScenarios {
    /// A server on which much has to be tried: it names MFMT and refuses it, and takes `-a` for nothing.
    private func oddServer() async throws -> TestServer {
        var options = PyFTPdOptions()
        options.without = ["MLSD", "MLST"]
        options.answers["MFMT"] = "500 not here"
        return try await .pyftpdlib(options)
    }

    /// What one push sends to the server.
    private func commandsOfPush(_ site: RemoteSite, to name: String) async throws -> String {
        let local = site.workplace.path("local " + name)
        try local.makeDirectory()
        for file in ["a", "b c", "d"] {
            try (local / file).write(Array(file.utf8))
            // A file that was just written counts as unfinished.
            try (local / file).setModified(1_700_000_000)
        }
        let url = try site.makeRoot(name)
        let before = site.server.log().utf8.count
        let push = try await site.syncctl(["push", "\(local)", url])
        #expect(push.status == .exited(0), "\(push.output)\(push.errors)")
        #expect(try TreeComparison.differences(local, site.disk / name, times: false) == [])
        return String(decoding: site.server.log().utf8.dropFirst(before), as: UTF8.self)
    }

    /// Without the probe each program tries the ways to list and to set times; after it none does.
    @Test func whatWasMeasuredIsNotTriedAgain() async throws {
        let trials = ["<- LIST -a", "<- MFMT", "<- SITE UTIME"]
        let stranger = try await RemoteSite(.ftp, server: try await oddServer())
        let tried = try await commandsOfPush(stranger, to: "unknown")
        for trial in trials { #expect(tried.contains(trial), "\(trial) is no trial: \(tried)") }

        let site = try await RemoteSite(.ftp, server: try await oddServer())
        let found = try await probe(site, ["--sessions", "2"])
        #expect(found.status == .exited(0), "\(found.errors)")
        #expect(found.errors.contains("sets file times by: nothing\n"), "\(found.errors)")
        let known = try await commandsOfPush(site, to: "known")
        #expect(known.contains("<- LIST") && known.contains("<- STOR"), "\(known)")
        for trial in trials { #expect(!known.contains(trial), "\(trial) was tried again: \(known)") }
    }

    /// The definition may allow more than the server was seen to grant.
    @Test func noMoreSessionsThanMeasuredAreTried() async throws {
        let refusal = "too many"
        var site = try await RemoteSite(.ftp, server: try await TestServer.vsftpd(maxPerAddress: 3))
        site.extraOptions = ["max_connections=10"]
        let found = try await probe(site, ["--sessions", "6"])
        #expect(found.errors.contains("sessions: 3, and no more"), "\(found.errors)")
        #expect(site.server.log().contains(refusal), "\(site.server.log())")
        #expect(await eventually { site.server.sessions() == 0 })

        let local = site.workplace.path("local")
        try SampleTree(files: 60, bigFile: 0).build(at: local)
        let url = try site.makeRoot("pushed")
        let before = site.server.log().utf8.count
        let push = try await site.syncctl(["push", "\(local)", url])
        #expect(push.status == .exited(0), "\(push.output)\(push.errors)")
        let log = String(decoding: site.server.log().utf8.dropFirst(before), as: UTF8.self)
        #expect(log.contains("OK LOGIN") && !log.contains(refusal), "\(log)")
    }

    /// For people: a later run measures the zone anew (docs/decisions/0017).
    @Test func theProfileTellsWhatWasMeasured() async throws {
        let site = try await RemoteSite(.ftp)
        _ = try await probe(site, ["--sessions", "1"])
        let servers = URL(filePath: site.workplace.folder("state")).appending(path: "servers")
        let file = try #require(
            FileManager.default.contentsOfDirectory(at: servers, includingPropertiesForKeys: nil)
                .first { $0.pathExtension == "json" })
        let text = try String(contentsOf: file, encoding: .utf8)
        for word in ["\"timeSetter\" : \"mfmt\"", "\"zoneOffset\" : 0", "\"isMachineReadable\" : true"] {
            #expect(text.contains(word), "\(text)")
        }
        #expect(!text.contains(site.password ?? "?"))
    }
}
