import FTP
import FileModel
import Foundation
import TestServers
import Testing

extension RealServers {
    /// Servers in other zones: the same file has the same time in LIST, MLSD and MDTM.
    @Suite(.timeLimit(.minutes(2))) struct ZoneTests {
        /// With summer time in the north and in the south, with half and quarter hours, and beyond twelve hours.
        static let zones = [
            "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Adelaide", "America/St_Johns",
            "Pacific/Chatham", "UTC",
        ]

        /// Days before now: on both sides of every change of clocks in half a year.
        static let ages = [0, 1, 20, 45, 70, 95, 120, 150, 170]

        /// Files of all ages on the server's disk.
        private func files(_ site: ZonedServer) throws -> [RemotePath: Timestamp] {
            var times: [RemotePath: Timestamp] = [:]
            let now = Timestamp.now().seconds
            for age in Self.ages {
                let time = now - Int64(age) * 86_400 - 7261
                times[try site.put("age\(age)", modified: time)] = Timestamp(seconds: time)
            }
            return times
        }

        @Test(arguments: zones) func proFTPDListsLocalTimes(_ zone: String) async throws {
            let site = try await ZonedServer(.proFTPD(timezone: zone, extra: ["TimesGMT off"]), zone)
            try await expectTheSameTimes(site, listing: .machine)
            try await expectTheSameTimes(site, listing: .human)
            try await expectTheSameTimes(site.knowingTheZone, listing: .human)
        }

        /// In its chroot Pure-FTPd keeps the offset it was started with, summer and winter (and so does vsftpd).
        @Test(arguments: zones) func pureFTPdListsLocalTimes(_ zone: String) async throws {
            let site = try await ZonedServer(.pureFTPd(timezone: zone), zone)
            try await expectTheSameTimes(site, listing: .machine)
            try await expectTheSameTimes(site, listing: .human)
            try await expectTheSameTimes(site.knowingTheOffset, listing: .human)
        }

        /// vsftpd tells local times in MDTM, too, and takes them there.
        @Test(arguments: zones) func vsftpdTellsLocalTimesEverywhere(_ zone: String) async throws {
            let site = try await ZonedServer(.vsftpd(timezone: zone, extra: ["use_localtime=YES"]), zone)
            try await expectTheSameTimes(site.knowingTheOffset, listing: .human)
            let connection = try await site.knowingTheOffset.connect(.human)
            // Nothing but an upload tells a client without a zone what time the server's clock shows.
            try await expectTimesThatAreSet(connection, site)
            await connection.close()
            let ignorant = try await site.connect(.human)
            try await expectTimesThatAreSet(ignorant, site)
            let offset = site.zone.secondsFromGMT(for: Date())
            if offset != 0 { #expect(site.settings.memory.zoneOffset == offset) }
            // In another season the clock may have been an hour off: then the listing says so.
            for entry in try await ignorant.entries(of: .root) {
                let truth = try #require(site.modified(entry.name))
                let listed = try #require(entry.attributes.modified)
                #expect(
                    abs(listed.time.seconds - truth) <= listed.resolution.nanoseconds / 1_000_000_000, "\(entry.name)")
            }
            await ignorant.close()
        }

        @Test func vsftpdWithoutLocalTimesListsUTC() async throws {
            let site = try await ZonedServer(.vsftpd(timezone: "America/New_York"), "UTC")
            try await expectTheSameTimes(site, listing: .human)
        }

        private func expectTimesThatAreSet(_ connection: FTPConnection, _ site: ZonedServer) async throws {
            let path = try RemotePath("uploaded")
            for age in [0, 100, 200] {
                try await connection.put([1], to: path)
                let time = Timestamp(seconds: Timestamp.now().seconds - Int64(age) * 86_400 - 3599)
                try await connection.setModificationTime(time, of: path)
                #expect(try await connection.modificationTime(of: path).time == time, "\(age) days")
                #expect(site.modified(try FileName("uploaded")) == time.seconds, "\(age) days")
                try await connection.delete(path)
            }
        }

        private func expectTheSameTimes(_ site: ZonedServer, listing: ListingMode) async throws {
            let times = try files(site)
            let connection = try await site.connect(listing)
            // The second listing knows what the first has measured.
            for _ in 0..<2 {
                let entries = try await connection.entries(of: .root)
                #expect(entries.count == times.count)
                for entry in entries {
                    let truth = try #require(times[RemotePath.root.appending(entry.name)])
                    let modified = try #require(entry.attributes.modified)
                    #expect(modified.resolution == (listing == .human ? .minute : .second), "\(entry.name)")
                    #expect(modified.time == truth.rounded(down: modified.resolution), "\(entry.name) in \(site.zone)")
                }
            }
            for (path, truth) in times {
                #expect(try await connection.modificationTime(of: path).time == truth, "\(path)")
            }
            await connection.close()
        }
    }
}

/// A server whose processes live in another zone.
struct ZonedServer {
    let server: TestServer
    let zone: TimeZone
    var settings: FTPSettings

    init(_ server: TestServer, _ zone: String) throws {
        self.server = server
        self.zone = try #require(TimeZone(identifier: zone))
        settings = try ServerFolder.settings(server, .never)
    }

    /// With the zone in its settings, and nothing measured.
    var knowingTheZone: ZonedServer {
        var result = self
        let zone = zone
        let offset: @Sendable (Int64) -> Int64 = {
            Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double($0))))
        }
        result.settings.times.zone = ServerZone(
            moment: { $0 - offset($0 - offset($0)) }, wall: { $0 + offset($0) })
        result.settings.memory = ServerMemory()
        return result
    }

    /// With the offset of today in its settings, for all the year.
    var knowingTheOffset: ZonedServer {
        var result = self
        result.settings.times.zone = .fixed(zone.secondsFromGMT(for: Date()))
        result.settings.memory = ServerMemory()
        return result
    }

    func connect(_ listing: ListingMode) async throws -> FTPConnection {
        var settings = settings
        settings.listing = listing
        return try await FTPConnection.connect(settings)
    }

    /// Puts a file with a time on the server's disk.
    func put(_ name: String, modified: Int64) throws -> RemotePath {
        let file = "\(server.root)/\(name)"
        try Data([1]).write(to: URL(filePath: file))
        var times = [timeval(tv_sec: Int(modified), tv_usec: 0), timeval(tv_sec: Int(modified), tv_usec: 0)]
        guard utimes(file, &times) == 0 else { throw SystemError(file, code: errno) }
        return try RemotePath(name)
    }

    /// Seconds since 1970 of a file on the server's disk.
    func modified(_ name: FileName) -> Int64? {
        var status = stat()
        return stat("\(server.root)/\(name.string)", &status) == 0 ? Int64(status.st_mtim.tv_sec) : nil
    }
}
