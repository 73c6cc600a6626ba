import Glibc
import TestServers
import Testing

extension Scenarios {
    /// `transfer_type = "ascii"`, where sizes of the two sides differ: vsftpd keeps the CR LF of the line.
    @Suite(.timeLimit(.minutes(3)))
    struct ASCIIScenarios {
        private static let files = [
            "plain.txt": "one\ntwo\nthree\n", "no end.txt": "one\ntwo", "empty.txt": "", "blank.txt": "\n\n\n",
            "long.txt": (0..<60_000).map { "line \($0)\n" }.joined(),
        ]

        private func site() async throws -> RemoteSite {
            var site = try await RemoteSite(.ftpesVSFTPD)
            site.extraOptions = ["ftp.transfer_type=ascii"]
            return site
        }

        private func build(_ folder: DiskPath) throws {
            try folder.makeDirectory()
            for (name, text) in Self.files {
                try (folder / name).write(Array(text.utf8))
                try (folder / name).setModified(SampleTree.modified)
            }
        }

        private func changes(_ site: RemoteSite, _ arguments: [String]) async throws -> Int {
            let result = try await site.syncctl(arguments + ["--json"])
            #expect(result.status == .exited(0), "\(result.output) \(result.errors)")
            return try RunSummary(result.output).changes
        }

        @Test func aTreeIsPushedPulledAndSynchronizedOnce() async throws {
            let site = try await site()
            let original = site.workplace.path("original")
            try build(original)
            let url = try site.makeRoot("tree")
            let stored = site.disk / "tree"

            let push = ["push", "\(original)", url]
            #expect(try await changes(site, push) == Self.files.count)
            for (name, text) in Self.files {
                #expect(try (stored / name).read() == Array(text.replacing("\n", with: "\r\n").utf8), "\(name)")
            }
            #expect(try await changes(site, push) == 0, "sizes that differ by the CRs are no change")

            let copy = site.workplace.path("copy")
            try copy.makeDirectory()
            #expect(try await changes(site, ["pull", url, "\(copy)"]) == Self.files.count)
            try expectEqual(original, copy, times: false)
            #expect(try await changes(site, ["pull", url, "\(copy)"]) == 0)

            // Two sides that hold the same, without a record of it: the lines are compared.
            #expect(try await changes(site, ["sync", "\(original)", url]) == 0)

            try (original / "plain.txt").write(Array("edited\n".utf8))
            try (original / "plain.txt").setModified(SampleTree.modified + 7_200)
            #expect(try await changes(site, push) == 1)
            #expect(try (stored / "plain.txt").read() == Array("edited\r\n".utf8))
            #expect(try await changes(site, push) == 0)
        }

        @Test func aMountReadsAndWritesWholeFiles() async throws {
            let site = try await site()
            let stored = site.disk / "f.txt"
            try stored.write(Array("one\r\ntwo\r\n".utf8))
            try stored.give(to: site.server.ownerID)
            let mount = try await MountedFolder(site, at: "mount")
            #expect(try await mount.work { try ($0 / "f.txt").read() } == Array("one\ntwo\n".utf8))
            let long = Array((0..<60_000).map { "line \($0)\n" }.joined().utf8)
            try await mount.work { try ($0 / "g.txt").write(long) }
            #expect(try await mount.work { try ($0 / "g.txt").read() } == long)
            // Bytes of ours and bytes of the server, counted otherwise, make no file.
            let code = try await mount.work { folder -> CInt in
                do {
                    try (folder / "f.txt").overwrite(Array("X".utf8), at: 4)
                    return 0
                } catch let error as SystemError {
                    return error.code
                }
            }
            #expect(code == ENOTSUP)
            try await mount.work { try ($0 / "f.txt").write(Array("new\n".utf8)) }
            #expect(try await mount.work { try ($0 / "f.txt").read() } == Array("new\n".utf8))
            try await mount.unmount()
            #expect(try stored.read() == Array("new\r\n".utf8))
        }
    }
}
