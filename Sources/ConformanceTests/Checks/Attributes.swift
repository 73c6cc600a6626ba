import FileModel
import RemoteFileSystem
import Testing

extension ConformanceCheck {
    static let attributes: [ConformanceCheck] = [
        ConformanceCheck("the root is a directory") { space in
            let root = try await space.attributes(of: .root)
            #expect(root.type == .directory)
        },
        ConformanceCheck("a file has its type, size and a recent time") { space in
            let before = Timestamp.now()
            try await space.write("twelve bytes", to: try space.path("file"))
            let attributes = try await space.attributes(of: try space.path("file"))
            #expect(attributes.type == .regular)
            #expect(attributes.size == 12)
            let modified = try #require(attributes.modified)
            let age = before.duration(since: modified.time)
            // The server's clock is this machine's; a listing may know nothing finer than its resolution.
            if modified.source != .list { #expect(age < .seconds(5) && age > .seconds(-60), "\(modified)") }
        },
        ConformanceCheck("a directory is told from a file") { space in
            try await space.remote.createDirectory(try space.path("folder"), permissions: nil)
            #expect(try await space.attributes(of: try space.path("folder")).type == .directory)
        },
        ConformanceCheck("what is missing is not found") { space in
            for name in ["missing", "*", "mis?ing", "[m]issing", "-missing", "missing/below", " "] {
                let path = try space.path(name)
                await space.expect(.notFound) { _ = try await space.attributes(of: path) }
            }
        },
        ConformanceCheck("nothing stands below a file") { space in
            try await space.write("x", to: try space.path("file"))
            let below = try space.path("file/below")
            await space.expect(.notFound, .notDirectory) { _ = try await space.attributes(of: below) }
        },
        ConformanceCheck("a changed file shows its new size at once") { space in
            let path = try space.path("file")
            for size in [10, 0, 100_000, 1] {
                try await space.write(pattern(size), to: path)
                #expect(try await space.attributes(of: path).size == Int64(size))
            }
        },
        ConformanceCheck("capabilities are consistent with each other") { space in
            let capabilities = space.capabilities
            #expect(!capabilities.identity.isEmpty)
            #expect(capabilities.blockSize > 0)
            #expect(capabilities.streamsPerConnection > 0)
            #expect(capabilities.maximumNameLength >= 255)
        },
    ]
}
