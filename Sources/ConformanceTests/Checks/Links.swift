import FileModel
import RemoteFileSystem
import Testing

extension ConformanceCheck {
    static let links: [ConformanceCheck] = [
        ConformanceCheck("a symbolic link is itself, not its target") { space in
            guard space.capabilities.symbolicLinks else {
                await space.expect(.unsupported) {
                    try await space.remote.createSymbolicLink(try space.path("link"), target: Array("x".utf8))
                }
                return
            }
            let target = Array("some where/else -> *".utf8)
            try await space.remote.createSymbolicLink(try space.path("link"), target: target)
            let stored = try await space.readLink(try space.path("link"))
            #expect(stored == target, "\(String(decoding: stored, as: UTF8.self))")
            #expect(try await space.attributes(of: try space.path("link")).type == .symbolicLink)
            #expect(try await space.entries(of: space.folder).map(\.attributes.type) == [.symbolicLink])
            await space.expect(.alreadyExists) {
                try await space.remote.createSymbolicLink(try space.path("link"), target: target)
            }
            try await space.remote.removeFile(try space.path("link"))
            #expect(try await !space.exists(try space.path("link")))
        },
        ConformanceCheck("removing a link to a directory leaves the directory") { space in
            guard space.capabilities.symbolicLinks else { return }
            try await space.remote.createDirectory(try space.path("folder"), permissions: nil)
            try await space.write("x", to: try space.path("folder/file"))
            try await space.remote.createSymbolicLink(try space.path("link"), target: Array("folder".utf8))
            try await space.remote.removeFile(try space.path("link"))
            #expect(try await space.text(try space.path("folder/file")) == "x")
        },
        ConformanceCheck("only a link can be read as one") { space in
            guard space.capabilities.symbolicLinks else { return }
            try await space.write("x", to: try space.path("file"))
            await space.expectRefusal { _ = try await space.readLink(try space.path("file")) }
            await space.expect(.notFound) { _ = try await space.readLink(try space.path("missing")) }
        },
        ConformanceCheck("a hard link is a second name of one file") { space in
            try await space.write("first", to: try space.path("a"))
            guard space.capabilities.hardLinks else {
                await space.expect(.unsupported) {
                    try await space.remote.createHardLink(try space.path("b"), to: try space.path("a"))
                }
                return
            }
            try await space.remote.createHardLink(try space.path("b"), to: try space.path("a"))
            try await space.write("second", to: try space.path("a"))
            #expect(try await space.text(try space.path("b")) == "second")
            await space.expect(.alreadyExists) {
                try await space.remote.createHardLink(try space.path("b"), to: try space.path("a"))
            }
            try await space.remote.removeFile(try space.path("a"))
            #expect(try await space.text(try space.path("b")) == "second")
        },
    ]
}
