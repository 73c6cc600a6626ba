import FileModel
import Foundation
import NIOCore
import RemoteFileSystem
import SyncCore
import SyncEngine
import TestServers

/// A local folder, a folder beside it that nobody may touch, and a state directory.
final class SyncBench: Sendable {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in ["local", "outside", "state"] {
            try FileManager.default.createDirectory(atPath: folder(name), withIntermediateDirectories: true)
        }
    }

    func pull(_ remote: any RemoteFileSystem, _ links: LinkPolicy) async -> SyncReport {
        await run(remote, .pull, links)
    }

    func run(
        _ remote: any RemoteFileSystem, _ mode: SyncMode, _ links: LinkPolicy, isDryRun: Bool = false
    ) async -> SyncReport {
        var options = SyncOptions(name: "attack", localRoot: folder("local"), mode: mode)
        options.filter.links = links
        options.filter.settle = .zero
        options.retries = RetryPolicy(count: 1, delay: .milliseconds(1))
        options.isDryRun = isDryRun
        options.deleteLimit = .percent(100)
        let run = SyncRun(
            options, remote: remote, remoteIdentity: "test://hostile", remoteRoot: "/", stateDirectory: folder("state"))
        return await run.run()
    }

    func write(_ path: String, _ text: String) throws {
        try text.write(toFile: folder(path), atomically: false, encoding: .utf8)
    }

    func link(_ path: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: folder(path), withDestinationPath: target)
    }

    func read(_ path: String) throws -> String { try String(contentsOfFile: folder(path), encoding: .utf8) }

    func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder(path)).sorted()
    }
}

extension RemoteFileSystem {
    func write(_ name: String, in directory: String) async throws {
        let path = try RemotePath("\(directory)/\(name)")
        let writer = try await openWriter(path, .truncate, permissions: nil, expectedSize: 6)
        try await writer.write(ByteBuffer(string: "hijack"), at: 0)
        try await writer.close()
    }
}
