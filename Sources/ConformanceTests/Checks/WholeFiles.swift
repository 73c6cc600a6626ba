import FileModel
import NIOCore
import RemoteFileSystem
import Testing

extension ConformanceCheck {
    public static let wholeFiles: [ConformanceCheck] = [
        ConformanceCheck("a placed file has its content, its time and only its own name") { space in
            let time = Timestamp(seconds: 1_600_000_000)
            let outcome = try await space.place("hello", at: "final", AttributeChanges(modified: time))
            guard case .placed(let attributes) = outcome else { throw UnexpectedOutcome(outcome) }
            #expect(try await space.text(try space.path("final")) == "hello")
            #expect(try await space.names(in: space.folder) == [try FileName("final")])
            let found = try await space.attributes(of: try space.path("final"))
            #expect(attributes == nil || attributes?.size == 5)
            #expect(attributes?.modified == nil || attributes?.modified == found.modified)
            if space.capabilities.modificationTimeSetter != nil {
                #expect(found.modified?.time.seconds == 1_600_000_000)
            }
        },
        ConformanceCheck("an empty file is placed and fetched") { space in
            guard case .placed = try await space.place("", at: "empty") else { throw UnexpectedOutcome.notPlaced }
            let fetched = try await space.remote.fetch(try space.path("empty"), size: 0)
            #expect(fetched.content.readableBytes == 0)
        },
        ConformanceCheck("placing keeps what has the name, unless it may be replaced") { space in
            try await space.write("old", to: try space.path("final"))
            let refused = try await space.place("new", at: "final")
            guard case .nameTaken = refused else { throw UnexpectedOutcome(refused) }
            #expect(try await space.text(try space.path("final")) == "old")
            #expect(try await space.text(try space.path(".final.part")) == "new")
            let replaced = try await space.place("newer", at: "final", mode: .replace)
            guard case .placed = replaced else { throw UnexpectedOutcome(replaced) }
            #expect(try await space.text(try space.path("final")) == "newer")
            #expect(try await space.names(in: space.folder) == [try FileName("final")])
        },
        ConformanceCheck("a directory is never replaced by a placed file") { space in
            try await space.remote.createDirectory(try space.path("final"), permissions: nil)
            for mode in [RenameMode.keepExisting, .replace] {
                if case .placed = try await space.place("x", at: "final", mode: mode) {
                    throw UnexpectedOutcome.placedOverDirectory
                }
            }
            #expect(try await space.attributes(of: try space.path("final")).isDirectory)
        },
        ConformanceCheck("nothing is placed in a folder that does not exist") { space in
            await space.expect(.notFound) { () async throws(StorageError) in
                _ = try await space.remote.place(
                    FilePlacement(
                        ByteBuffer(string: "x"), temporary: try space.below("no/.x.part"),
                        target: try space.below("no/x"),
                        attributes: AttributeChanges(), mode: .keepExisting))
            }
        },
        ConformanceCheck("a fetched file is whole; one that has grown gives one byte more") { space in
            let bytes = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            try await space.write(bytes, to: try space.path("file"))
            let whole = try await space.remote.fetch(try space.path("file"), size: 70_000)
            #expect(Array(whole.content.readableBytesView) == bytes)
            #expect(whole.attributes == nil || whole.attributes?.size == 70_000)
            let more = try await space.remote.fetch(try space.path("file"), size: 60_000)
            #expect(Array(more.content.readableBytesView) == Array(bytes[...60_000]))
            let less = try await space.remote.fetch(try space.path("file"), size: 80_000)
            #expect(less.content.readableBytes == 70_000)
            await space.expect(.notFound) { () async throws(StorageError) in
                _ = try await space.remote.fetch(try space.below("missing"), size: 1)
            }
        },
        ConformanceCheck("many files are placed and fetched at the same time") { space in
            try await withThrowingTaskGroup { group in
                for number in 0..<60 {
                    group.addTask {
                        let text = "content of \(number)"
                        let outcome = try await space.place(text, at: "file \(number)")
                        guard case .placed = outcome else { throw UnexpectedOutcome(outcome) }
                        let fetched = try await space.remote.fetch(
                            try space.path("file \(number)"), size: Int64(text.utf8.count))
                        #expect(String(buffer: fetched.content) == text)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await space.names(in: space.folder).count == 60)
        },
    ]
}

extension Workspace {
    fileprivate func below(_ text: String) throws(StorageError) -> RemotePath { folder.appending(try RemotePath(text)) }

    fileprivate func place(
        _ text: String, at name: String, _ attributes: AttributeChanges = AttributeChanges(),
        mode: RenameMode = .keepExisting
    ) async throws -> PlacementOutcome {
        try await remote.place(
            FilePlacement(
                ByteBuffer(string: text), temporary: try path(".\(name).part"), target: try path(name),
                attributes: attributes, mode: mode))
    }
}

private struct UnexpectedOutcome: Error, CustomStringConvertible {
    static let notPlaced = UnexpectedOutcome("the file was not placed")
    static let placedOverDirectory = UnexpectedOutcome("a file took the place of a directory")
    let description: String

    init(_ text: String) { description = text }
    init(_ outcome: PlacementOutcome) { description = "the outcome was \(outcome)" }
}
