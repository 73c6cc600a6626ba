import FTP
import FileModel
import Glibc
import TestServers
import Testing

extension RealServers {
    @Suite(.timeLimit(.minutes(2))) struct DirectoryTests {
        @Test(arguments: ServerCase.allCases)
        func bigListingsAreComplete(on server: ServerCase) async throws {
            let folder = try await ServerFolder(server)
            for number in 0..<2500 { folder.put("file-\(number)", []) }
            folder.put(".hidden", [1])
            mkdir(folder.disk + "/sub", 0o777)
            let connection = try await folder.connect()
            for _ in 0..<2 {
                let entries = try await connection.entries(of: folder.path)
                #expect(entries.count == 2502)
                #expect(Set(entries.map(\.name)).count == 2502)
                #expect(entries.first { $0.name.string == "sub" }?.attributes.isDirectory == true)
                #expect(entries.first { $0.name.string == ".hidden" }?.attributes.size == 1)
            }
            await connection.close()
        }

        @Test(arguments: ServerCase.plain)
        func emptyMissingUnreadableAndFileAreToldApart(on server: ServerCase) async throws {
            let folder = try await ServerFolder(server)
            for (name, mode) in [("empty", 0o755), ("closed", 0o000), ("searchable", 0o311)] {
                mkdir(folder.disk + "/" + name, 0o777)
                chown(folder.disk + "/" + name, folder.server.ownerID, folder.server.ownerID)
                chmod(folder.disk + "/" + name, mode_t(mode))
            }
            folder.put("file", [1])
            let connection = try await folder.connect()
            for _ in 0..<2 {
                #expect(try await connection.entries(of: folder.file("empty")).isEmpty)
                for missing in ["nope", "no*pe", "[ab]"] {
                    let error = await storageError { _ = try await connection.entries(of: folder.file(missing)) }
                    #expect(error?.code == .notFound, "\(missing): \(String(describing: error))")
                }
                let file = await storageError { _ = try await connection.entries(of: folder.file("file")) }
                #expect(file?.code == .notDirectory, "\(String(describing: file))")
                for hidden in ["closed", "searchable"] {
                    let error = await storageError { _ = try await connection.entries(of: folder.file(hidden)) }
                    #expect(error?.code == .permissionDenied, "\(hidden): \(String(describing: error))")
                }
            }
            #expect(try await connection.entries(of: folder.path).count == 4)
            await connection.close()
        }

        /// ProFTPD takes no asterisk in what MKD says, wherever in the path it stands.
        @Test(arguments: ServerCase.plain)
        func foldersAreMadeBelowOnesWithAsterisks(on server: ServerCase) async throws {
            let folder = try await ServerFolder(server)
            let connection = try await folder.connect()
            let star = try folder.file("st*r")
            let below = try [star, star.appending(FileName("-plain")), star.appending(FileName("a*"))]
            for path in below {
                try await connection.makeDirectory(path)
                #expect(try await connection.attributes(of: path).isDirectory, "\(path)")
                let error = await storageError { try await connection.makeDirectory(path) }
                #expect(error?.code == .alreadyExists, "\(path): \(String(describing: error))")
            }
            let missing = try folder.file("miss*ng").appending(FileName("x"))
            let error = await storageError { try await connection.makeDirectory(missing) }
            #expect(error?.code == .notFound, "\(String(describing: error))")
            #expect(try await connection.entries(of: star).map(\.name.string).sorted() == ["-plain", "a*"])
            await connection.close()
        }

        /// The trash of a folder is made by whichever deletion comes first.
        @Test func sessionsMakeTheSameFolderWithAnAsterisk() async throws {
            let folder = try await ServerFolder(.proFTPD)
            var sessions: [FTPConnection] = []
            for _ in 0..<4 { sessions.append(try await folder.connect()) }
            for number in 0..<60 {
                let path = try folder.file("n*\(number)")
                await withTaskGroup(of: Void.self) { group in
                    for session in sessions {
                        group.addTask {
                            let error = await storageError { try await session.makeDirectory(path) }
                            folder.put("n*\(number)/inside", [1])
                            #expect(error == nil || error?.code == .alreadyExists, "\(String(describing: error))")
                        }
                    }
                }
            }
            #expect(try await sessions[0].entries(of: folder.path).count == 60)
            for session in sessions { await session.close() }
        }

        @Test(arguments: ServerCase.plain)
        func refusalsAreNamed(on server: ServerCase) async throws {
            let folder = try await ServerFolder(server)
            let connection = try await folder.connect()
            try await connection.makeDirectory(folder.file("dir"))
            try await connection.put([1], to: folder.file("dir").appending(FileName("inner")))
            try await connection.put([1], to: folder.file("file"))
            let below = try folder.file("no").appending(FileName("x"))
            func code(_ body: () async throws -> Void) async -> StorageError.Code? { await storageError(body)?.code }

            #expect(await code { try await connection.makeDirectory(folder.file("dir")) } == .alreadyExists)
            #expect(await code { try await connection.makeDirectory(folder.file("file")) } == .alreadyExists)
            #expect(await code { try await connection.makeDirectory(below) } == .notFound)
            #expect(await code { try await connection.removeDirectory(folder.file("dir")) } == .notEmpty)
            #expect(await code { try await connection.removeDirectory(folder.file("file")) } == .notDirectory)
            #expect(await code { try await connection.removeDirectory(folder.file("no")) } == .notFound)
            #expect(await code { try await connection.delete(folder.file("no")) } == .notFound)
            #expect(await code { try await connection.delete(folder.file("dir")) } == .isDirectory)
            #expect(await code { try await connection.delete(below) } == .notFound)
            #expect(await code { _ = try await connection.attributes(of: folder.file("no")) } == .notFound)
            #expect(await code { _ = try await connection.attributes(of: below) } == .notFound)
            #expect(await code { try await connection.rename(folder.file("no"), to: folder.file("x")) } == .notFound)
            #expect(await code { try await connection.rename(folder.file("file"), to: below) } == .notFound)
            #expect(await code { try await connection.checkDirectory(folder.file("file")) } == .notDirectory)
            #expect(await code { _ = try await connection.size(of: folder.file("no")) } == .notFound)
            try await connection.noop()
            await connection.close()
        }

        @Test(arguments: ServerCase.plain)
        func attributesAreThoseOfTheName(on server: ServerCase) async throws {
            let folder = try await ServerFolder(server)
            let connection = try await folder.connect()
            folder.put("f", pattern(1234))
            chmod(folder.disk + "/f", 0o640)
            symlink("f", folder.disk + "/link")
            symlink("nowhere", folder.disk + "/dangling")
            symlink(".", folder.disk + "/here")
            mkdir(folder.disk + "/d", 0o777)
            chmod(folder.disk + "/d", 0o777)
            try await connection.setModificationTime(Timestamp(seconds: 1_600_000_001), of: folder.file("f"))

            let file = try await connection.attributes(of: folder.file("f"))
            #expect(file.type == .regular && file.size == 1234 && file.permissions == 0o640)
            #expect(file.modified?.time == Timestamp(seconds: 1_600_000_001))
            #expect(file.modified?.resolution == .second)
            // pyftpdlib follows links in MLST and MLSD.
            let link: FileType = server == .pyftpdlib ? .regular : .symbolicLink
            let here: FileType = server == .pyftpdlib ? .directory : .symbolicLink
            #expect(try await connection.attributes(of: folder.file("link")).type == link)
            #expect(try await connection.attributes(of: folder.file("here")).type == here)
            #expect(try await connection.attributes(of: folder.file("d")).type == .directory)
            #expect(try await connection.attributes(of: .root).type == .directory)
            let types = Dictionary(
                uniqueKeysWithValues: try await connection.entries(of: folder.path).map {
                    ($0.name.string, $0.attributes.type)
                })
            #expect(types["link"] == link && types["here"] == here && types["d"] == .directory)
            if server != .proFTPD && server != .pyftpdlib {
                #expect(types["dangling"] == .symbolicLink)
            }
            await connection.close()
        }

        @Test(arguments: ServerCase.plain)
        func modesAreSet(on server: ServerCase) async throws {
            let folder = try await ServerFolder(server)
            let connection = try await folder.connect()
            folder.put("f", [1])
            try await connection.setPermissions(0o604, of: folder.file("f"))
            #expect(try await connection.attributes(of: folder.file("f")).permissions == 0o604)
            #expect(
                await storageError { try await connection.setPermissions(0o600, of: folder.file("no")) }?.code
                    == .notFound)
            await connection.close()
        }

        /// vsftpd lists minutes of an unknown zone; MDTM of one file tells which.
        @Test func theZoneOfListingsIsMeasured() async throws {
            var folder = try await ServerFolder(.vsftpd)
            folder = try folder.withFreshMemory()
            let connection = try await folder.connect()
            folder.put("f", [1])
            let time = Timestamp(seconds: Timestamp.now().seconds - 100_000)
            try await connection.setModificationTime(time, of: folder.file("f"))
            let listed = try #require(try await connection.entries(of: folder.path).first?.attributes.modified)
            #expect(listed.source == .list && listed.resolution == .minute)
            #expect(listed.time == time.rounded(down: .minute))
            #expect(folder.settings.memory.zoneOffset == 0)
            await connection.close()
        }
    }
}
