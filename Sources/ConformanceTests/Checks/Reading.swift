import FileModel
import NIOCore
import RemoteFileSystem
import Testing

extension ConformanceCheck {
    static let reading: [ConformanceCheck] = [
        ConformanceCheck("an empty file reads as nothing") { space in
            try await space.write("", to: try space.path("empty"))
            #expect(try await space.read(try space.path("empty")) == [])
        },
        ConformanceCheck("every byte value arrives unchanged") { space in
            let bytes = (0...255).map { UInt8($0) } + Array("\r\n\n\r\r\n\u{1A}".utf8) + (0...255).map { UInt8($0) }
            try await space.write(bytes, to: try space.path("bytes"))
            #expect(try await space.read(try space.path("bytes")) == bytes)
            #expect(try await space.attributes(of: try space.path("bytes")).size == Int64(bytes.count))
        },
        ConformanceCheck("several MiB are read whole, whatever the step") { space in
            let bytes = pattern(5 << 20)
            try await space.write(bytes, to: try space.path("big"))
            for step in [1 << 20, 100_001] {
                #expect(try await space.read(try space.path("big"), step: step) == bytes, "step \(step)")
            }
        },
        ConformanceCheck("a read is full except at the end, and empty past it") { space in
            let bytes = pattern(300_000)
            try await space.write(bytes, to: try space.path("file"))
            let reader = try await space.remote.openReader(try space.path("file"))
            for (offset, count) in [(0, 300_000), (0, 1), (1, 262_144), (299_999, 10), (300_000, 10), (400_000, 1)] {
                let piece = try await reader.read(at: Int64(offset), count: count)
                let end = min(offset + count, bytes.count)
                #expect(Array(piece.readableBytesView) == (offset < end ? Array(bytes[offset..<end]) : []), "\(offset)")
            }
            await reader.close()
        },
        ConformanceCheck("piece by piece a file is read to its end") { space in
            let bytes = pattern(3_000_001)
            try await space.write(bytes, to: try space.path("file"))
            let reader = try await space.remote.openReader(try space.path("file"))
            var read: [UInt8] = []
            while true {
                let piece = try await reader.readPiece(at: Int64(read.count), atMost: 300_000)
                #expect(piece.readableBytes <= 300_000)
                if piece.readableBytes == 0 { break }
                read += piece.readableBytesView
            }
            #expect(read == bytes)
            await reader.close()
        },
        ConformanceCheck("a reader may go back and jump") { space in
            let bytes = pattern(1 << 20)
            try await space.write(bytes, to: try space.path("file"))
            let reader = try await space.remote.openReader(try space.path("file"))
            for offset in [900_000, 0, 500_000, 500_100, 499_000, 1_048_570] {
                let piece = try await reader.read(at: Int64(offset), count: 100)
                #expect(Array(piece.readableBytesView) == Array(bytes[offset..<min(offset + 100, bytes.count)]))
            }
            await reader.close()
        },
        ConformanceCheck("reads of one file may overlap in time") { space in
            let bytes = pattern(1 << 20)
            try await space.write(bytes, to: try space.path("file"))
            let reader = try await space.remote.openReader(try space.path("file"))
            try await withThrowingTaskGroup { group in
                for start in stride(from: 0, to: bytes.count, by: 65_536) {
                    group.addTask {
                        let piece = try await reader.read(at: Int64(start), count: 65_536)
                        #expect(Array(piece.readableBytesView) == Array(bytes[start..<start + 65_536]))
                    }
                }
                try await group.waitForAll()
            }
            await reader.close()
        },
        ConformanceCheck("a reader that stops early leaves the session in order") { space in
            let bytes = pattern(3 << 20)
            try await space.write(bytes, to: try space.path("big"))
            for _ in 0..<3 {
                let reader = try await space.remote.openReader(try space.path("big"))
                _ = try await reader.read(at: 0, count: 1_000)
                await reader.close()
                #expect(try await space.names(in: space.folder) == [try FileName("big")])
            }
            #expect(try await space.read(try space.path("big")) == bytes)
        },
        ConformanceCheck("what is missing cannot be read") { space in
            for name in ["missing", "*", "missing/below"] {
                let path = try space.path(name)
                await space.expect(.notFound) { _ = try await space.read(path) }
            }
        },
        ConformanceCheck("a directory cannot be read") { space in
            try await space.remote.createDirectory(try space.path("folder"), permissions: nil)
            await space.expectRefusal { _ = try await space.read(try space.path("folder")) }
        },
    ]
}
