import FileModel
import NIOCore
import RemoteFileSystem
import Testing

extension ConformanceCheck {
    static let writing: [ConformanceCheck] = [
        ConformanceCheck("pieces of any size make one file") { space in
            let bytes = pattern(3 << 20)
            let path = try space.path("file")
            let writer = try await space.remote.openWriter(path, .truncate, permissions: nil, expectedSize: nil)
            var offset = 0
            for size in Array(repeating: [1, 4_095, 65_536, 262_145, 17], count: 20).joined() where offset < bytes.count
            {
                let end = min(offset + size, bytes.count)
                try await writer.write(ByteBuffer(bytes: bytes[offset..<end]), at: Int64(offset))
                offset = end
            }
            try await writer.write(ByteBuffer(bytes: bytes[offset...]), at: Int64(offset))
            try await writer.close()
            #expect(try await space.attributes(of: path).size == Int64(bytes.count))
            #expect(try await space.read(path) == bytes)
        },
        ConformanceCheck("truncate empties what was there") { space in
            try await space.write(pattern(100_000), to: try space.path("file"))
            try await space.write("short", to: try space.path("file"))
            #expect(try await space.text(try space.path("file")) == "short")
        },
        ConformanceCheck("createNew makes a file, and refuses one that exists") { space in
            let path = try space.path("file")
            try await space.write(Array("first".utf8), to: path, .createNew)
            await space.expect(.alreadyExists) { try await space.write(Array("second".utf8), to: path, .createNew) }
            #expect(try await space.text(path) == "first")
        },
        ConformanceCheck("update writes in the middle and beyond the end") { space in
            guard space.capabilities.randomWrite else { return }
            let path = try space.path("file")
            await space.expect(.notFound) { try await space.write(Array("x".utf8), to: path, .update) }
            try await space.write("0123456789", to: path)
            let writer = try await space.remote.openWriter(path, .update, permissions: nil, expectedSize: nil)
            try await writer.write(ByteBuffer(string: "abc"), at: 3)
            try await writer.write(ByteBuffer(string: "end"), at: 12)
            try await writer.close()
            #expect(try await space.read(path) == Array("012abc6789".utf8) + [0, 0] + Array("end".utf8))
        },
        ConformanceCheck("a stream refuses a write that is not at its end") { space in
            guard !space.capabilities.randomWrite else { return }
            let writer = try await space.remote.openWriter(
                try space.path("file"), .truncate, permissions: nil, expectedSize: nil)
            try await writer.write(ByteBuffer(string: "abc"), at: 0)
            await space.expect(.unsupported) { try await writer.write(ByteBuffer(string: "x"), at: 1) }
            await writer.abort()
        },
        ConformanceCheck("a transfer is resumed where it stood") { space in
            guard space.capabilities.resumableWrite else { return }
            let bytes = pattern(700_000)
            let path = try space.path("file")
            try await space.write(Array(bytes[..<300_000]), to: path)
            try await space.write(Array(bytes[300_000...]), to: path, .resume(at: 300_000))
            #expect(try await space.read(path) == bytes)
        },
        ConformanceCheck("a download is resumed where it stood") { space in
            guard space.capabilities.resumableRead || space.capabilities.randomRead else { return }
            let bytes = pattern(700_000)
            try await space.write(bytes, to: try space.path("file"))
            #expect(try await space.read(try space.path("file"), from: 300_000) == Array(bytes[300_000...]))
        },
        ConformanceCheck("synchronize promises what was written before it") { space in
            guard space.capabilities.synchronization else { return }
            let path = try space.path("file")
            let writer = try await space.remote.openWriter(path, .truncate, permissions: nil, expectedSize: nil)
            try await writer.write(ByteBuffer(bytes: pattern(500_000)), at: 0)
            try await writer.synchronize()
            #expect(try await space.attributes(of: path).size == 500_000)
            try await writer.close()
        },
        ConformanceCheck("nothing can be written below what is missing") { space in
            await space.expect(.notFound) { try await space.write("x", to: try space.path("missing/file")) }
        },
        ConformanceCheck("a directory cannot be written") { space in
            try await space.remote.createDirectory(try space.path("folder"), permissions: nil)
            await space.expectRefusal { try await space.write("x", to: try space.path("folder")) }
            #expect(try await space.attributes(of: try space.path("folder")).type == .directory)
        },
        ConformanceCheck("an abandoned upload leaves the session in order") { space in
            for _ in 0..<3 {
                let writer = try await space.remote.openWriter(
                    try space.path("file"), .truncate, permissions: nil, expectedSize: 1 << 20)
                try await writer.write(ByteBuffer(bytes: pattern(100_000)), at: 0)
                await writer.abort()
            }
            try await space.write("whole", to: try space.path("file"))
            #expect(try await space.text(try space.path("file")) == "whole")
        },
        ConformanceCheck("attributes set on a writer hold after close") { space in
            guard space.capabilities.modificationTimeSetter != nil else { return }
            let path = try space.path("file")
            let time = Timestamp(seconds: 1_234_567_890)
            let writer = try await space.remote.openWriter(path, .truncate, permissions: nil, expectedSize: 3)
            try await writer.setAttributes(AttributeChanges(modified: time))
            try await writer.write(ByteBuffer(string: "abc"), at: 0)
            try await writer.close()
            let modified = try #require(try await space.attributes(of: path).modified)
            #expect(modified.time == time.rounded(down: modified.resolution))
        },
    ]
}
