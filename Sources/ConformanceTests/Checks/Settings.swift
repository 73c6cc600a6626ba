import FileModel
import RemoteFileSystem
import Testing

extension ConformanceCheck {
    static let settings: [ConformanceCheck] = [
        ConformanceCheck("a modification time that was set is told back") { space in
            guard space.capabilities.modificationTimeSetter != nil else { return }
            for name in ["file", " odd -*name", "2020 looks like a date", "20200101000000 name"] {
                let path = try space.path(name)
                try await space.write("x", to: path)
                for seconds: Int64 in [0, 86_399, 1_000_000_000, 1_709_164_800, 1_893_456_000] {
                    let time = Timestamp(seconds: seconds)
                    try await space.remote.setAttributes(path, AttributeChanges(modified: time))
                    let modified = try #require(try await space.attributes(of: path).modified)
                    #expect(modified.time == time.rounded(down: modified.resolution), "\(name) \(seconds)")
                }
            }
        },
        ConformanceCheck("permissions that were set are told back") { space in
            guard space.capabilities.permissions else { return }
            let path = try space.path("file")
            try await space.write("x", to: path)
            for mode: UInt16 in [0o600, 0o755, 0o444, 0o644] {
                try await space.remote.setAttributes(path, AttributeChanges(permissions: mode))
                #expect(try await space.attributes(of: path).permissions == mode)
            }
        },
        ConformanceCheck("a size that was set cuts or extends") { space in
            guard space.capabilities.truncation else { return }
            let path = try space.path("file")
            try await space.write("0123456789", to: path)
            try await space.remote.setAttributes(path, AttributeChanges(size: 4))
            #expect(try await space.text(path) == "0123")
            try await space.remote.setAttributes(path, AttributeChanges(size: 6))
            #expect(try await space.read(path) == Array("0123".utf8) + [0, 0])
        },
        ConformanceCheck("attributes of what is missing cannot be set") { space in
            guard space.capabilities.modificationTimeSetter != nil else { return }
            await space.expect(.notFound) {
                let changes = AttributeChanges(modified: Timestamp(seconds: 1))
                try await space.remote.setAttributes(try space.path("missing"), changes)
            }
        },
        ConformanceCheck("what cannot be set is unsupported") { space in
            guard !space.capabilities.ownership, !space.capabilities.permissions else { return }
            let path = try space.path("file")
            try await space.write("x", to: path)
            await space.expect(.unsupported) {
                try await space.remote.setAttributes(path, AttributeChanges(owner: 1, group: 1))
            }
        },
        ConformanceCheck("room is told, or unsupported") { space in
            guard space.capabilities.statistics else {
                await space.expect(.unsupported) { _ = try await space.remote.statistics(.root) }
                return
            }
            let statistics = try await space.remote.statistics(space.folder)
            #expect(statistics.blockSize > 0)
            #expect(statistics.totalBlocks >= statistics.freeBlocks)
            #expect(statistics.maximumNameLength >= 255)
        },
    ]
}
