import FileModel
import RemoteFileSystem
import Testing

extension ConformanceCheck {
    static let renames: [ConformanceCheck] = [
        ConformanceCheck("a file is renamed") { space in
            try await space.write("x", to: try space.path("old -name"))
            try await space.remote.rename(try space.path("old -name"), to: try space.path("-new*"), mode: .replace)
            #expect(try await space.names(in: space.folder) == [try FileName("-new*")])
            #expect(try await space.text(try space.path("-new*")) == "x")
        },
        ConformanceCheck("replace puts the new content under the old name") { space in
            try await space.write("new", to: try space.path("temporary"))
            try await space.write("old content", to: try space.path("final"))
            try await space.remote.rename(try space.path("temporary"), to: try space.path("final"), mode: .replace)
            #expect(try await space.text(try space.path("final")) == "new")
            #expect(try await space.names(in: space.folder) == [try FileName("final")])
        },
        ConformanceCheck("keepExisting never replaces") { space in
            try await space.write("a", to: try space.path("a"))
            try await space.write("b", to: try space.path("b"))
            await space.expect(.alreadyExists) {
                try await space.remote.rename(try space.path("a"), to: try space.path("b"), mode: .keepExisting)
            }
            #expect(try await space.text(try space.path("b")) == "b")
            try await space.remote.rename(try space.path("a"), to: try space.path("c"), mode: .keepExisting)
            #expect(try await space.text(try space.path("c")) == "a")
        },
        ConformanceCheck("a directory is renamed with all below it") { space in
            try await space.remote.createDirectory(try space.path("old"), permissions: nil)
            try await space.write("x", to: try space.path("old/file"))
            try await space.remote.createDirectory(try space.path("elsewhere"), permissions: nil)
            try await space.remote.rename(try space.path("old"), to: try space.path("elsewhere/new"), mode: .replace)
            #expect(try await space.text(try space.path("elsewhere/new/file")) == "x")
            #expect(try await !space.exists(try space.path("old")))
        },
        ConformanceCheck("a directory that holds something is not replaced") { space in
            for folder in ["a", "b"] {
                try await space.remote.createDirectory(try space.path(folder), permissions: nil)
                try await space.write(folder, to: try space.path("\(folder)/file"))
            }
            await space.expectRefusal {
                try await space.remote.rename(try space.path("a"), to: try space.path("b"), mode: .replace)
            }
            #expect(try await space.text(try space.path("b/file")) == "b")
            #expect(try await space.text(try space.path("a/file")) == "a")
        },
        ConformanceCheck("what is missing cannot be renamed") { space in
            await space.expect(.notFound) {
                try await space.remote.rename(try space.path("missing"), to: try space.path("x"), mode: .replace)
            }
            try await space.write("x", to: try space.path("file"))
            await space.expect(.notFound) {
                try await space.remote.rename(try space.path("file"), to: try space.path("no/x"), mode: .replace)
            }
            #expect(try await space.text(try space.path("file")) == "x")
        },
        ConformanceCheck("exchange swaps, or is unsupported and changes nothing") { space in
            try await space.write("a", to: try space.path("a"))
            try await space.write("b", to: try space.path("b"))
            var expected = ("b", "a")
            do throws(StorageError) {
                let (left, right) = (
                    space.folder.appending(try FileName("a")), space.folder.appending(try FileName("b"))
                )
                try await space.remote.rename(left, to: right, mode: .exchange)
            } catch {
                #expect(error.code == .unsupported)
                expected = ("a", "b")
            }
            #expect(try await space.text(try space.path("a")) == expected.0)
            #expect(try await space.text(try space.path("b")) == expected.1)
        },
    ]
}
