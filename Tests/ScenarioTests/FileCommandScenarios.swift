import Glibc
import TestServers
import Testing

extension Scenarios {
    /// get, put, cat, mkdir, rm, mv and ls as a user types them.
    @Suite(.timeLimit(.minutes(5)))
    struct FileCommandScenarios {
        static let kinds = [SiteKind.sftp, .ftp, .ftpesVSFTPD]
        private let content = SampleTree.content(700_001, seed: 7)

        /// A local file with a time of its own.
        private func makeFile(_ site: RemoteSite, _ name: String = "report.bin") throws -> DiskPath {
            let file = site.workplace.path(name)
            try file.write(content)
            try file.setModified(SampleTree.modified)
            return file
        }

        private func expect(
            _ code: Int32, _ result: CommandResult, _ words: String = "",
            sourceLocation: SourceLocation = #_sourceLocation
        ) {
            #expect(result.status == .exited(code), "\(result.output)\(result.errors)", sourceLocation: sourceLocation)
            #expect(words.isEmpty || result.errors.contains(words), "\(result.errors)", sourceLocation: sourceLocation)
            #expect(!result.errors.contains("Usage:") || code == 2, sourceLocation: sourceLocation)
        }

        @Test(arguments: kinds)
        func aFileGoesUpAndComesBackWithItsTime(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let (file, url) = (try makeFile(site), try site.makeRoot("in"))
            expect(0, try await site.syncctl(["put", "\(file)", url]))
            #expect(try (site.disk / "in" / "report.bin").read() == content)
            #expect(try (site.disk / "in" / "report.bin").status().st_mtim.tv_sec == SampleTree.modified)

            // What exists is replaced only with -f.
            expect(1, try await site.syncctl(["put", "\(file)", url]), "/in/report.bin exists already: -f replaces it")
            try file.write([1, 2, 3])
            expect(0, try await site.syncctl(["put", "-f", "\(file)", url + "/report.bin"]))
            #expect(try (site.disk / "in" / "report.bin").read() == [1, 2, 3])
            #expect(try (site.disk / "in").names() == [Array("report.bin".utf8)])

            let back = site.workplace.path("back")
            try back.makeDirectory()
            try (site.disk / "in" / "report.bin").setModified(SampleTree.modified)
            expect(0, try await site.syncctl(["get", url + "/report.bin", "\(back)"]))
            #expect(try (back / "report.bin").read() == [1, 2, 3])
            #expect(try (back / "report.bin").status().st_mtim.tv_sec == SampleTree.modified)
            expect(1, try await site.syncctl(["get", url + "/report.bin", "\(back)"]), "exists already")
            expect(0, try await site.syncctl(["get", url + "/report.bin", "\(back)/other name"]))
            #expect(try back.names() == [Array("other name".utf8), Array("report.bin".utf8)])
        }

        @Test(arguments: kinds)
        func treesGoUpComeBackAndAreRemovedWithoutFollowingLinks(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let tree = site.workplace.path("tree")
            try SampleTree(files: 40, bigFile: 900_000).build(at: tree)
            let url = try site.makeRoot("in")
            expect(0, try await site.syncctl(["put", "-r", "\(tree)", url]))
            #expect(try TreeComparison.differences(tree, site.disk / "in" / "tree") == [])
            let back = site.workplace.path("back")
            expect(0, try await site.syncctl(["get", "-r", url + "/tree", "\(back)"]))
            #expect(try TreeComparison.differences(tree, back, times: kind != .ftpesVSFTPD) == [])
            expect(1, try await site.syncctl(["get", url + "/tree", "\(site.workplace.path("no"))"]), "use -r")
            expect(1, try await site.syncctl(["put", "-r", "\(tree)", url]), "exists already")

            // A link that leads out of the tree goes, what it leads to stays.
            try (site.disk / "kept").makeDirectory()
            try (site.disk / "kept").give(to: site.server.ownerID)
            try (site.disk / "kept" / "file").write([7])
            try (site.disk / "kept" / "file").give(to: site.server.ownerID)
            try (site.disk / "in" / "tree" / "link").call { symlink("../../kept", $0) }
            expect(1, try await site.syncctl(["rm", url + "/tree"]), "/in/tree is a folder: use -r")
            expect(0, try await site.syncctl(["rm", "-r", url + "/tree"]))
            #expect(try (site.disk / "in").names() == [])
            #expect(try (site.disk / "kept" / "file").read() == [7])
            try (site.disk / "in" / "link").call { symlink("../kept", $0) }
            expect(0, try await site.syncctl(["rm", "-r", url + "/link"]))
            #expect(try (site.disk / "kept" / "file").read() == [7])
        }

        @Test(arguments: kinds)
        func standardInputAndOutput(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let (file, url) = (try makeFile(site), try site.makeRoot("in"))
            let text = String(repeating: "a line of text\n", count: 40_000)
            try file.write(Array(text.utf8))
            let sent = try await run(
                [Program.path, "put", "-", url + "/from pipe", "--state", site.workplace.folder("state")]
                    + site.options, environment: site.workplace.variables(site.password), input: "\(file)")
            expect(0, sent)
            #expect(try (site.disk / "in" / "from pipe").read() == Array(text.utf8))
            #expect(try (site.disk / "in").names().count == 1)
            for command in [["cat", url + "/from pipe"], ["get", url + "/from pipe", "-"]] {
                let result = try await site.syncctl(command)
                expect(0, result)
                #expect(result.output == text)
            }
            expect(1, try await site.syncctl(["cat", url + "/nothing"]), "not exist")
        }

        @Test(arguments: kinds)
        func foldersAndNames(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let url = try site.makeRoot("in")
            expect(0, try await site.syncctl(["mkdir", url + "/one", url + "/two"]))
            expect(1, try await site.syncctl(["mkdir", url + "/one"]))
            expect(1, try await site.syncctl(["mkdir", url + "/a/b/c"]))
            expect(0, try await site.syncctl(["mkdir", "-p", url + "/a/b/c"]))
            expect(0, try await site.syncctl(["mkdir", "-p", url + "/a/b/c"]))
            #expect(try (site.disk / "in" / "a" / "b").names() == [Array("c".utf8)])

            let file = try makeFile(site)
            expect(1, try await site.syncctl(["put", "\(file)", url + "/missing/name"]), "syncctl mkdir -p")
            expect(0, try await site.syncctl(["put", "\(file)", url + "/x"]))
            expect(0, try await site.syncctl(["put", "\(file)", url + "/y"]))
            expect(1, try await site.syncctl(["mv", url + "/x", url + "/y"]), "exists already: -f replaces it")
            #expect(try (site.disk / "in" / "x").read() == content)
            expect(0, try await site.syncctl(["mv", "-f", url + "/x", url + "/y"]))
            expect(0, try await site.syncctl(["mv", url + "/y", url + "/one"]))
            #expect(try (site.disk / "in" / "one").names() == [Array("y".utf8)])
            #expect(try (site.disk / "in" / "one" / "y").read() == content)

            expect(1, try await site.syncctl(["rm", url + "/nothing"]), "not exist")
            expect(0, try await site.syncctl(["rm", "-f", url + "/nothing"]))
            let several = try await site.syncctl(["rm", url + "/nothing", url + "/one/y"])
            expect(1, several, "/in/nothing")
            #expect(try (site.disk / "in" / "one").names() == [])
            let elsewhere = "\(kind.scheme)://me@127.0.0.3/x"
            expect(2, try await site.syncctl(["mv", url + "/one", elsewhere]), "are on different servers")
        }

        @Test(arguments: kinds)
        func aListingOfAFileIsTheFile(_ kind: SiteKind) async throws {
            let site = try await RemoteSite(kind)
            let (file, url) = (try makeFile(site), try site.makeRoot("in"))
            expect(0, try await site.syncctl(["put", "\(file)", url]))
            for target in [url, url + "/report.bin"] {
                #expect(try await site.syncctl(["ls", target]).output == "report.bin\n")
                let long = try await site.syncctl(["ls", "-l", target]).output
                #expect(long.hasPrefix("-rw-r--r--") && long.contains(" 700001  2"), "\(long)")
            }
            expect(3, try await site.syncctl(["ls", url + "/no such name"]), "no such name")
        }

        @Test func theRootIsNeverRemoved() async throws {
            let site = try await RemoteSite(.ftp)
            let root = "ftp://\(site.server.user)@\(site.host):\(site.server.port)"
            try (site.disk / "file").write([1])
            for url in [root, root + "/", root + "/~/", root + "/./"] {
                expect(2, try await site.syncctl(["rm", "-r", "-f", url]), "is a root")
            }
            try site.workplace.define("mounts.d/prod.toml", "[remote]\nurl = \"\(root)/in\"")
            let result = try await site.syncctl(
                ["rm", "-rf", "prod", "--config", site.workplace.folder("definitions")])
            expect(2, result, "is a root")
            #expect(try (site.disk / "file").read() == [1])
        }

        @Test func jsonTellsEachPathAndTheSummary() async throws {
            let site = try await RemoteSite(.sftp)
            let (file, url) = (try makeFile(site), try site.makeRoot("in"))
            let put = try await site.syncctl(["put", "--json", "\(file)", url])
            #expect(put.output.contains(#""event":"change","action":"copy""#) && put.output.contains("report.bin"))
            #expect(try RunSummary(put.output).status == "success")
            let again = try await site.syncctl(["put", "--json", "\(file)", url])
            expect(1, again)
            #expect(again.output.contains(#""exit_code":1"#) && again.output.contains(#""code":"alreadyExists""#))
            let removed = try await site.syncctl(["rm", "--json", url + "/report.bin"])
            #expect(removed.output.contains(#""action":"delete","path":"\#(site.server.root)/in/report.bin""#))
            site.server.stop()
            let lost = try await site.syncctl(["get", "--json", url + "/report.bin", site.workplace.folder("")])
            expect(3, lost)
            #expect(try RunSummary(lost.output).statusCode == "SFTP_CONNECTION_TIMEOUT")
        }

        /// Ctrl-C ends a copy with 130 and leaves nothing of it.
        @Test(arguments: kinds, [true, false])
        func anInterruptedCopyLeavesNothing(_ kind: SiteKind, isUpload: Bool) async throws {
            let site = try await RemoteSite(kind)
            let (file, url) = (try makeFile(site), try site.makeRoot("in"))
            let back = site.workplace.path("back")
            try back.makeDirectory()
            let watched = isUpload ? site.disk / "in" : back
            if !isUpload {
                expect(0, try await site.syncctl(["put", "\(file)", url]))
            }
            let process = try site.start(
                isUpload
                    ? ["put", "--bwlimit", "100k", "\(file)", url]
                    : ["get", "--bwlimit", "100k", url + "/report.bin", "\(back)"])
            let hasBegun = await eventually(within: .seconds(10)) {
                let names = (try? watched.names()) ?? []
                return names.contains { name in ((try? (watched / name).status().st_size) ?? 0) > 0 }
            }
            #expect(hasBegun, "\(process.errors)")
            process.signal(SIGINT)
            #expect(await process.wait(within: .seconds(15)) == .exited(130), "\(process.errors)")
            #expect(try watched.names() == [])
        }
    }
}
