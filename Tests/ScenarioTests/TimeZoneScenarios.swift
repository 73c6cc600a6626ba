import Glibc
import TestServers
import Testing

extension Scenarios {
    /// What a server says about times is in its own zone, or coarse, or not what we asked it to set: a second run
    /// transfers nothing all the same.
    @Suite(.timeLimit(.minutes(5)))
    struct TimeZoneScenarios {
        static let zones = [
            "Pacific/Kiritimati", "America/St_Johns", "Asia/Kathmandu", "Europe/Berlin", "UTC", "Pacific/Pago_Pago",
        ]

        /// How servers that exist tell times.
        enum Dialect: CaseIterable {
            /// MLSD and MDTM in local time, against RFC 3659.
            case mlsdInLocalTime
            /// No MLSD; LIST and MDTM in local time.
            case mdtmInLocalTime
            /// LIST in local time, nothing else, and no way to set a time.
            case listOnly
            /// The same by another server, which sets times.
            case listOnlyWithSetter
            /// MFMT answers that it did what it did not.
            case setterThatDoesNothing

            func start(in zone: String) async throws -> TestServer {
                var options = PyFTPdOptions()
                options.tellsLocalTime = true
                switch self {
                case .mlsdInLocalTime: return try await .proFTPD(timezone: zone, extra: ["TimesGMT off"])
                case .mdtmInLocalTime: return try await .vsftpd(timezone: zone, extra: ["use_localtime=YES"])
                case .listOnly: options.without = ["MLSD", "MLST", "MDTM", "MFMT", "SITE UTIME"]
                case .listOnlyWithSetter: options.without = ["MLSD", "MLST", "MDTM"]
                case .setterThatDoesNothing: options.answers = ["MFMT": "213 Modify=20240101000000; done."]
                }
                return try await .pyftpdlib(options, timezone: zone)
            }
        }

        @Test(arguments: Dialect.allCases)
        func aSecondRunTransfersNothingInAnyZone(_ dialect: Dialect) async throws {
            try await withThrowingTaskGroup { group in
                for zone in Self.zones {
                    group.addTask { try await expectQuiet(dialect, zone) }
                }
                try await group.waitForAll()
            }
        }

        private func expectQuiet(_ dialect: Dialect, _ zone: String) async throws {
            let site = try await RemoteSite(.ftp, server: try await dialect.start(in: zone))
            let original = site.workplace.path("original")
            try Self.build(original)
            let url = try site.makeRoot("tree")
            let (pulled, synced) = (site.workplace.path("pulled"), site.workplace.path("synced"))
            try pulled.makeDirectory()
            try synced.makeDirectory()

            for command in [["push", "\(original)", url], ["pull", url, "\(pulled)"], ["sync", "\(synced)", url]] {
                let first = try await run(site, command, "\(dialect), \(zone)")
                #expect(first == Self.files.count + 1, "\(dialect), \(zone), \(command)")
                let second = try await run(site, command, "\(dialect), \(zone), again")
                #expect(second == 0, "\(dialect), \(zone), \(command)")
            }
            // Two sides that are equal and have never met.
            #expect(try await run(site, ["sync", "\(original)", url], "\(dialect), \(zone), adopting") == 0)
            for copy in [site.disk / "tree", pulled, synced] {
                #expect(try TreeComparison.differences(original, copy, times: false) == [], "\(dialect), \(zone)")
            }
            if dialect == .mlsdInLocalTime || dialect == .mdtmInLocalTime {
                let differences = try TreeComparison.differences(original, site.disk / "tree")
                #expect(differences == [], "the times that were set: \(dialect), \(zone)")
            }
        }

        /// - Returns: how many paths it changed.
        private func run(_ site: RemoteSite, _ command: [String], _ place: String) async throws -> Int {
            // Where no time can be set, what was just stored would wait for the next run as still being written.
            let result = try await site.syncctl(command + ["--json", "-o", "filter.settle=0s"])
            #expect(result.status == .exited(0), "\(place): \(result.output) \(result.errors)")
            let changes = try RunSummary(result.output).changes
            if place.hasSuffix("again"), changes > 0 { print("\(place): \(result.output)") }
            return changes
        }

        private static let day = 86_400

        /// Names, and how many seconds ago: listings tell a minute of the last half year, and a day before it.
        private static let files: [(String, Int)] = [
            ("minutes ago", 600), ("hours ago", 7_200), ("yesterday", day + 5), ("a month ago", 31 * day),
            ("four months ago", 120 * day), ("ten months ago", 300 * day), ("two years ago", 730 * day),
        ]

        /// Files of all ages, and one of a summer and one of a winter, all of one size.
        private static func build(_ root: DiskPath) throws {
            try root.makeDirectory()
            let now = time(nil)
            for (number, (name, age)) in files.enumerated() {
                let folder = number % 2 == 0 ? root : root / "folder"
                try folder.makeDirectoryIfMissing()
                try (folder / name).write(Array("content \(number)".utf8))
                try (folder / name).setModified(now - age)
            }
        }
    }
}
