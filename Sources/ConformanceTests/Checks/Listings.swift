import FileModel
import RemoteFileSystem
import Testing

extension ConformanceCheck {
    static let listings: [ConformanceCheck] = [
        ConformanceCheck("an empty directory lists nothing") { space in
            let entries = try await space.entries(of: space.folder)
            #expect(entries.isEmpty)
        },
        ConformanceCheck("a missing directory is not found, never empty") { space in
            for name in ["missing", "*", "mis?ing", "[m]issing", "-l", "missing/below", "-a missing"] {
                let path = try space.path(name)
                await space.expect(.notFound) { _ = try await space.entries(of: path) }
            }
        },
        ConformanceCheck("a file is not a directory") { space in
            try await space.write("x", to: try space.path("file"))
            await space.expect(.notDirectory) { _ = try await space.entries(of: try space.path("file")) }
        },
        ConformanceCheck("a listing tells what attributes tell") { space in
            try await space.write(pattern(12_345), to: try space.path("file"))
            try await space.write("", to: try space.path("empty"))
            try await space.remote.createDirectory(try space.path("folder"), permissions: nil)
            let entries = try await space.entries(of: space.folder)
            #expect(entries.count == 3)
            for entry in entries {
                let alone = try await space.attributes(of: space.path(entry.name))
                #expect(entry.attributes.type == alone.type)
                #expect(entry.attributes.isDirectory || entry.attributes.size == alone.size)
                #expect(entry.attributes.uniqueID == alone.uniqueID)
            }
        },
        ConformanceCheck("a directory whose name is a pattern lists itself only") { space in
            for folder in ["[ab]", "a", "b", "*"] where try await space.holdsFolder(try space.path(folder)) {
                try await space.write("x", to: try space.path("\(folder)/in \(folder)"))
            }
            for folder in try await space.names(in: space.folder) {
                let inside = try FileName("in \(folder)")
                #expect(try await space.names(in: space.path(folder)) == [inside])
            }
        },
        ConformanceCheck("hidden names are listed") { space in
            for name in [".a", ".b.c", "..x"] { try await space.write("x", to: try space.path(name)) }
            #expect(try await space.entries(of: space.folder).count == 3)
        },
        ConformanceCheck("a thousand entries arrive, each once") { space in
            try await withThrowingTaskGroup { group in
                for lane in 0..<16 {
                    group.addTask {
                        for number in stride(from: lane, to: 1_000, by: 16) {
                            try await space.write("\(number)", to: try space.path("entry-\(number)"))
                        }
                    }
                }
                try await group.waitForAll()
            }
            let entries = try await space.entries(of: space.folder)
            #expect(entries.count == 1_000)
            #expect(Set(entries.map(\.name)).count == 1_000)
            #expect(entries.reduce(0) { $0 + $1.attributes.size } == 2_890)
        },
        ConformanceCheck("an error of the receiver ends the listing with that error") { space in
            try await space.write("x", to: try space.path("file"))
            await space.expect(.noSpace) {
                try await space.remote.list(space.folder) { _ throws(StorageError) in
                    throw StorageError(.noSpace, "the receiver is full")
                }
            }
            #expect(try await space.entries(of: space.folder).count == 1)
        },
    ]
}
