import Definitions
import FileModel
import Testing

@testable import FTP
@testable import Service

@Suite struct FTPSettingsTests {
    private func settings(_ options: String...) async throws -> FTPSettings {
        let catalog = DefinitionCatalog(ProgramDirectories(environment: ["HOME": "/nowhere"], userID: 1000))
        let sync = try catalog.sync(
            url: "ftp://h/in", local: "/srv/x", direction: .push,
            overrides: DefinitionOverrides(
                options.map { "ftp.\($0)" } + ["auth.anonymous", "tls.mode=never"], scope: .sync)
        ).value
        return try await FTPSettings(sync.remote, nil)
    }

    /// The offset of today was used for every date: half of all times were an hour off.
    @Test func theZoneOfADefinitionFollowsItsRules() async throws {
        let zone = try #require(try await settings("server_timezone=Europe/Berlin").times.zone)
        // 2026-01-15 12:00 and 2026-07-15 12:00 in Berlin
        #expect(zone.moment(1_768_478_400) == 1_768_474_800 && zone.wall(1_768_474_800) == 1_768_478_400)
        #expect(zone.moment(1_784_116_800) == 1_784_109_600 && zone.wall(1_784_109_600) == 1_784_116_800)
        let south = try #require(try await settings("server_timezone=Australia/Adelaide").times.zone)
        #expect(south.wall(1_768_474_800) - 1_768_474_800 == 37_800)
        #expect(south.wall(1_784_109_600) - 1_784_109_600 == 34_200)
    }

    @Test func theDialectOfADefinitionArrives() async throws {
        let plain = try await settings()
        #expect(plain.times.zone == nil && plain.times.pattern == nil && plain.prefersUTF8)
        let odd = try await settings("date_format=yy-MM-dd HH.mm.ss", "code_page=CP1252", "server_timezone=UTC")
        #expect(odd.times.pattern?.description == "yy-MM-dd HH.mm.ss" && !odd.prefersUTF8)
        #expect(odd.times.zone?.wall(5) == 5)
        #expect(try await settings("code_page=utf-8").prefersUTF8)
    }
}
