import FTP
import FileModel
import Synchronization
import Testing

/// Listings of every family with names, sizes and ends that no honest server sends.
@Suite(.timeLimit(.minutes(1))) struct FTPFamilyAttacks {
    /// Lines up to the name, which comes last.
    static let families = [
        "-rw-r--r-- 1 o g 5 Nov 21 04:04 ", "11-21-26  04:04PM  5 ", "+r,s5,\t", "- [R----F--] o 5 Nov 21 04:04 ",
        "OWNER 5 06/21/97 12:27:39 *STMF      ",
        "Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname\r\nSYSRES 3390 2020/11/21 1 5 FB 80 6160 PS ",
    ]

    private func site(_ listing: String, limit: Int = 4 << 20) async throws -> HostileFTPSite {
        var hostile = HostileFTP()
        hostile.features = []
        hostile.deliver("LIST", listing)
        return try await HostileFTPSite(hostile) { $0.listingLimit = limit }
    }

    @Test(arguments: families, ["a/b", "../../etc/passwd", "/etc/passwd", "a\0b"])
    func namesThatLeadElsewhere(_ line: String, _ name: String) async throws {
        let site = try await site("\(line)\(name)\r\n")
        let error = await attack { _ = try await site.remote.entries(of: .root) }
        #expect(error?.code == .protocolViolation, "\(String(describing: error))")
        #expect(error?.message.contains(name.contains("/") ? "holds a slash" : "holds a NUL byte") == true)
        try await site.stop()
    }

    @Test(arguments: families, [".", ".."])
    func theFolderItselfIsNoEntry(_ line: String, _ name: String) async throws {
        let site = try await site("\(line)\(name)\r\n\(line.split(separator: "\r\n").last ?? "")ok\r\n")
        #expect(try await site.remote.entries(of: .root).map(\.name.string) == ["ok"])
        try await site.stop()
    }

    @Test(arguments: ["A/B.TXT;1 5 21-NOV-2026 04:04", "..;1 5 21-NOV-2026 04:04\r\nA/B.DIR;1 5 21-NOV-2026 04:04"])
    func namesOfVMSThatLeadElsewhere(_ listing: String) async throws {
        let site = try await site("\(listing)\r\n")
        let error = await attack { _ = try await site.remote.entries(of: .root) }
        #expect(error?.message.contains("holds a slash") == true, "\(String(describing: error))")
        try await site.stop()
    }

    @Test(arguments: [
        "-rw-r--r-- 1 o g 99999999999999999999 Nov 21 04:04 x", "- [R----F--] o 99999999999999999999 Nov 21 04:04 x",
        "OWNER 99999999999999999999 06/21/97 12:27:39 *STMF      x", "11-21-26  04:04PM  99999999999999999999 x",
        "A.TXT;1 99999999999999999999 21-NOV-2026 04:04", "-rw-r--r-- 1 o g -5 Nov 21 04:04 x",
    ])
    func sizesThatNoFileHas(_ line: String) async throws {
        let site = try await site("\(line)\r\n")
        let error = await attack { _ = try await site.remote.entries(of: .root) }
        #expect(error?.code == .protocolViolation, "\(String(describing: error))")
        #expect(error?.message.contains("'\(line)'") == true)
        try await site.stop()
    }

    /// Lines that are held back until another one comes cost memory as well.
    @Test(arguments: [
        "OWNER 5 01/01/01 12:27:39 *STMF      name#\r\n", "NAME#.TXT;1 5 21-NOV-2026 04:04\r\n",
        "NAME#.TXT;1\r\n  5 21-NOV-2026 04:04\r\n", "+r,s5,\tname#\r\n",
    ])
    func listingsWithoutEnd(_ line: String) async throws {
        var hostile = HostileFTP()
        hostile.features = []
        hostile.acts["LIST"] = { control, port in
            guard let data = try await port?.connection() else { return }
            try await control.send("150 here\r\n")
            var number = 0
            while true {
                let piece = (number..<number + 500).map { line.replacing("#", with: "\($0)") }.joined()
                guard (try? await data.send(piece)) != nil else { break }
                number += 500
            }
            data.close()
            try await control.send("426 you left\r\n")
        }
        let site = try await HostileFTPSite(hostile) { $0.listingLimit = 4 << 20 }
        let error = await attack { try await site.remote.list(.root) { _ async throws(StorageError) in } }
        #expect(error?.message.contains("more than fits into any folder") == true, "\(String(describing: error))")
        try await site.stop()
    }

    /// MDTM and SIZE may lie about every file; each question has its end.
    @Test func nonsenseInAnswerToEveryQuestion() async throws {
        var hostile = HostileFTP()
        hostile.features = ["MDTM", "SIZE"]
        hostile.deliver("LIST", (0..<300).map { "-rw-r--r-- 1 o g 5 Nov 21 04:04 f\($0)\r\n" }.joined())
        hostile.answer("MDTM", "213 99999999999999\r\n")
        hostile.answer("SIZE", "213 -1\r\n")
        let site = try await HostileFTPSite(hostile)
        let entries = try await site.remote.entries(of: .root)
        #expect(entries.count == 300)
        #expect(entries.allSatisfy { $0.attributes.modified?.resolution == .day })
        #expect(site.server.received.count { $0.hasPrefix("MDTM") } <= 3)
        try await site.stop()
    }
}
