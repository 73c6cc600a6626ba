import FileModel
import Testing

extension ConformanceCheck {
    static let directories: [ConformanceCheck] = [
        ConformanceCheck("a directory is created once") { space in
            let path = try space.path("folder")
            try await space.remote.createDirectory(path, permissions: nil)
            await space.expect(.alreadyExists) { try await space.remote.createDirectory(path, permissions: nil) }
        },
        ConformanceCheck("a directory cannot take a file's name") { space in
            try await space.write("x", to: try space.path("file"))
            await space.expect(.alreadyExists) {
                try await space.remote.createDirectory(try space.path("file"), permissions: nil)
            }
        },
        ConformanceCheck("a directory needs its parent") { space in
            await space.expect(.notFound) {
                try await space.remote.createDirectory(try space.path("missing/folder"), permissions: nil)
            }
        },
        ConformanceCheck("a directory that holds something is not removed") { space in
            try await space.remote.createDirectory(try space.path("folder"), permissions: nil)
            try await space.write("x", to: try space.path("folder/.hidden"))
            await space.expect(.notEmpty) { try await space.remote.removeDirectory(try space.path("folder")) }
            #expect(try await space.text(try space.path("folder/.hidden")) == "x")
        },
        ConformanceCheck("what is missing cannot be removed") { space in
            await space.expect(.notFound) { try await space.remote.removeDirectory(try space.path("missing")) }
            await space.expect(.notFound) { try await space.remote.removeFile(try space.path("missing")) }
        },
        ConformanceCheck("files and directories are removed by their own call only") { space in
            try await space.write("x", to: try space.path("file"))
            try await space.remote.createDirectory(try space.path("folder"), permissions: nil)
            await space.expect(.notDirectory) { try await space.remote.removeDirectory(try space.path("file")) }
            await space.expectRefusal { try await space.remote.removeFile(try space.path("folder")) }
            #expect(try await space.entries(of: space.folder).count == 2)
        },
        ConformanceCheck("a removed name is gone at once") { space in
            let path = try space.path("file")
            try await space.write("x", to: path)
            try await space.remote.removeFile(path)
            #expect(try await !space.exists(path))
            try await space.remote.createDirectory(path, permissions: nil)
            #expect(try await space.attributes(of: path).type == .directory)
        },
        ConformanceCheck("forty directories deep") { space in
            var path = space.folder
            for level in 0..<40 {
                path = path.appending(try FileName("level \(level)"))
                try await space.remote.createDirectory(path, permissions: nil)
            }
            let file = path.appending(try FileName("bottom"))
            try await space.write("deep", to: file)
            #expect(try await space.text(file) == "deep")
            #expect(try await space.names(in: path) == [try FileName("bottom")])
        },
    ]
}
