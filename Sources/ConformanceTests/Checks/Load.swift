import FileModel
import NIOCore
import RemoteFileSystem
import Testing

extension ConformanceCheck {
    static let load: [ConformanceCheck] = [
        ConformanceCheck("thirty-two tasks at once do not disturb each other") { space in
            try await withThrowingTaskGroup { group in
                for number in 0..<32 {
                    group.addTask { try await busyLife(number, in: space) }
                }
                try await group.waitForAll()
            }
            #expect(try await space.names(in: space.folder) == [])
        },
        ConformanceCheck("a cancelled download ends at once") { space in
            try await space.write(pattern(4 << 20), to: try space.path("big"))
            for delay in [0, 1, 5, 20] {
                let task = Task { try await space.read(try space.path("big"), step: 10_000) }
                try await Task.sleep(for: .milliseconds(delay))
                try await expectPromptEnd(task)
            }
            #expect(try await space.read(try space.path("big")).count == 4 << 20)
        },
        ConformanceCheck("a cancelled upload ends at once") { space in
            for delay in [0, 1, 5, 20] {
                let task = Task {
                    try await space.write(pattern(1 << 20), to: try space.path("big"))
                    return [UInt8]()
                }
                try await Task.sleep(for: .milliseconds(delay))
                try await expectPromptEnd(task)
            }
            try await space.write("after", to: try space.path("big"))
            #expect(try await space.text(try space.path("big")) == "after")
        },
        ConformanceCheck("cancelled calls leave every connection usable") { space in
            for number in 0..<20 { try await space.write("\(number)", to: try space.path("f\(number)")) }
            for round in 0..<10 {
                let tasks = (0..<8).map { _ in Task { _ = try await space.entries(of: space.folder) } }
                try await Task.sleep(for: .microseconds(200 * round))
                for task in tasks { task.cancel() }
                for task in tasks { _ = await task.result }
            }
            #expect(try await space.entries(of: space.folder).count == 20)
        },
    ]

    /// Cancels `task` and expects its end within a second, by `.cancelled` or because it was done before.
    private static func expectPromptEnd(_ task: Task<[UInt8], any Error>) async throws {
        let start = ContinuousClock.now
        task.cancel()
        if case .failure(let error) = await task.result {
            #expect((error as? StorageError)?.code == .cancelled, "\(error)")
        }
        #expect(ContinuousClock.now - start < .seconds(2))
    }

    /// Everything that happens to a file, in a folder of its own.
    private static func busyLife(_ number: Int, in space: Workspace) async throws {
        let folder = try space.path("task \(number)")
        let (file, other) = (folder.appending(try FileName("file")), folder.appending(try FileName("other")))
        let bytes = pattern(50_000 + number * 1_000, seed: UInt64(number))
        try await space.remote.createDirectory(folder, permissions: nil)
        try await space.write(bytes, to: file)
        #expect(try await space.read(file) == bytes)
        try await space.remote.rename(file, to: other, mode: .replace)
        #expect(try await space.names(in: folder) == [try FileName("other")])
        #expect(try await space.attributes(of: other).size == Int64(bytes.count))
        #expect(try await !space.exists(file))
        try await space.remote.removeFile(other)
        try await space.remote.removeDirectory(folder)
    }
}
